from intake.forms.decisions import (
    AnswerForm,
    AskForm,
    CommentForm,
    DecisionForm,
    DeclineForm,
    DuplicateForm,
    ReopenForm,
    TierForm,
    WithdrawForm,
)
from intake.forms.guests import LinkForm, WhoForm
from intake.forms.opening import OpeningForm
from intake.forms.topics import TierWishForm, TopicForm

__all__ = [
    "AnswerForm",
    "AskForm",
    "CommentForm",
    "DecisionForm",
    "DeclineForm",
    "DuplicateForm",
    "LinkForm",
    "OpeningForm",
    "ReopenForm",
    "TierForm",
    "TierWishForm",
    "TopicForm",
    "WhoForm",
    "WithdrawForm",
]

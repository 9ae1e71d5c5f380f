from intake.forms.decisions import (
    AnswerForm,
    AskForm,
    DecisionForm,
    DeclineForm,
    ReopenForm,
    TierForm,
    WithdrawForm,
)
from intake.forms.opening import OpeningForm
from intake.forms.topics import TierWishForm, TopicForm

__all__ = [
    "AnswerForm",
    "AskForm",
    "DecisionForm",
    "DeclineForm",
    "OpeningForm",
    "ReopenForm",
    "TierForm",
    "TierWishForm",
    "TopicForm",
    "WithdrawForm",
]

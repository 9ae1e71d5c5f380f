from intake.models.attachments import Attachment
from intake.models.clocks import SlaClock, SlaWarning
from intake.models.demands import Demand, RankMove
from intake.models.followers import Follower
from intake.models.letters import Letter, StuckLetter
from intake.models.links import GuestDraft, SubmissionLink
from intake.models.scores import ScoreInputs, ScorePolicy
from intake.models.systems import System
from intake.models.tables import TierTable
from intake.models.tiers import Tier, TierVersion
from intake.models.tokens import TierToken

__all__ = [
    "Attachment",
    "Demand",
    "Follower",
    "GuestDraft",
    "Letter",
    "RankMove",
    "ScoreInputs",
    "ScorePolicy",
    "SlaClock",
    "SlaWarning",
    "StuckLetter",
    "SubmissionLink",
    "System",
    "Tier",
    "TierTable",
    "TierToken",
    "TierVersion",
]

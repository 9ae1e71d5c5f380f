from portfolio.delivery.models.commitments import Commitment, CommitmentVersion
from portfolio.delivery.models.feeds import CalendarFeed
from portfolio.delivery.models.gates import GateCheck
from portfolio.delivery.models.policies import DeliveryPolicy, policy_of
from portfolio.delivery.models.risks import RiskChange, RiskWatch
from portfolio.delivery.models.scores import ForecastScore

__all__ = [
    "CalendarFeed",
    "Commitment",
    "CommitmentVersion",
    "DeliveryPolicy",
    "ForecastScore",
    "GateCheck",
    "RiskChange",
    "RiskWatch",
    "policy_of",
]

from portfolio.delivery.models.commitments import Commitment, CommitmentVersion
from portfolio.delivery.models.gates import GateCheck
from portfolio.delivery.models.policies import DeliveryPolicy, policy_of

__all__ = [
    "Commitment",
    "CommitmentVersion",
    "DeliveryPolicy",
    "GateCheck",
    "policy_of",
]

from portfolio.delivery.models.commitments import Commitment, CommitmentVersion

__all__ = ["Commitment", "CommitmentVersion"]

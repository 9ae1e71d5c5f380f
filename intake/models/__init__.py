from intake.models.demands import Demand, RankMove
from intake.models.systems import System
from intake.models.tiers import Tier, TierVersion

__all__ = ["Demand", "RankMove", "System", "Tier", "TierVersion"]

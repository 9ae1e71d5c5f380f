from capacity.models.borrowings import Borrowing
from capacity.models.engineers import (
    Engineer,
    EngineerSkill,
    Leave,
    Skill,
    WeeklyHours,
)
from capacity.models.forecasts import DemandForecast, Forecast
from capacity.models.help import HelpRun
from capacity.models.ktlo import Interruption, KtloStream
from capacity.models.packages import WorkPackage
from capacity.models.receipts import ExpediteReceipt
from capacity.models.templates import PackageTemplate, TemplatePackage

__all__ = [
    "Borrowing",
    "DemandForecast",
    "Engineer",
    "EngineerSkill",
    "ExpediteReceipt",
    "Forecast",
    "HelpRun",
    "Interruption",
    "KtloStream",
    "Leave",
    "PackageTemplate",
    "Skill",
    "TemplatePackage",
    "WeeklyHours",
    "WorkPackage",
]

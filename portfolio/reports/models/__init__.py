from portfolio.reports.models.mails import ReportMail
from portfolio.reports.models.plans import ReportPlan
from portfolio.reports.models.reports import StatusReport

__all__ = ["ReportMail", "ReportPlan", "StatusReport"]

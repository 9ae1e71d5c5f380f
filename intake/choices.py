from __future__ import annotations

from django.db.models import TextChoices


class Stage(TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    NEEDS_INFORMATION = "needs_information", "Needs information"
    ACCEPTED = "accepted", "Accepted"
    ESTIMATED = "estimated", "Estimated"
    IN_PROGRESS = "in_progress", "In progress"
    DELIVERED = "delivered", "Delivered"
    DECLINED = "declined", "Declined"
    DUPLICATE = "duplicate", "Duplicate"
    WITHDRAWN = "withdrawn", "Withdrawn"


AWAITING_DECISION = [Stage.SUBMITTED, Stage.NEEDS_INFORMATION]
BACKLOG = [Stage.ACCEPTED, Stage.ESTIMATED, Stage.IN_PROGRESS]
OPEN = [*AWAITING_DECISION, *BACKLOG]
CLOSED_UNDONE = [Stage.DECLINED, Stage.DUPLICATE, Stage.WITHDRAWN]
CLOSED = [Stage.DELIVERED, *CLOSED_UNDONE]


class Source(TextChoices):
    REQUEST = "request", "Request"
    REMEDIATION = "remediation", "Remediation"
    DEPRECATION = "deprecation", "Deprecation"
    RENEWAL = "renewal", "Renewal"
    RELIABILITY = "reliability", "Reliability"


class Frequency(TextChoices):
    REAL_TIME = "real_time", "At once, as it happens"
    MINUTES = "minutes", "Every few minutes"
    HOURLY = "hourly", "Every hour"
    DAILY = "daily", "Once a day"
    WEEKLY = "weekly", "Once a week"
    MONTHLY = "monthly", "Once a month or less"
    ON_REQUEST = "on_request", "Only when somebody asks for it"
    UNKNOWN = "unknown", "I do not know yet"


class TargetUnit(TextChoices):
    HOURS = "hours", "Business hours"
    DAYS = "days", "Business days"


class ClockKind(TextChoices):
    ACKNOWLEDGE = "acknowledge", "Acknowledge"
    DECIDE = "decide", "Decide"


class ClockState(TextChoices):
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    MET = "met", "Met"
    BREACHED = "breached", "Breached"
    CANCELLED = "cancelled", "Cancelled"


class QuestionKind(TextChoices):
    TEXT = "text", "One line of text"
    LONG = "long", "Several lines of text"
    NUMBER = "number", "Number"
    CHOICE = "choice", "Choice"
    SYSTEM = "system", "System"
    DATE = "date", "Date"
    YES_NO = "yes_no", "Yes or no"
    FILE = "file", "File"


class WarningLevel(TextChoices):
    SOON = "soon", "75 % used"
    BREACHED = "breached", "Breached"


class LetterOutcome(TextChoices):
    DRAFT = "draft", "Became a draft"
    ANSWER = "answer", "Answered a question"
    COMMENT = "comment", "Became a comment"
    IGNORED = "ignored", "Was not taken"

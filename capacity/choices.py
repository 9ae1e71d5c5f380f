from __future__ import annotations

from django.db.models import TextChoices


class PackageState(TextChoices):
    TO_DO = "to_do", "To do"
    DOING = "doing", "Doing"
    DONE = "done", "Done"


class ForecastState(TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


UNFINISHED = [ForecastState.QUEUED, ForecastState.RUNNING]


class LeaveKind(TextChoices):
    VACATION = "vacation", "Vacation"
    SICK = "sick", "Sick leave"
    PARENTAL = "parental", "Parental leave"
    TRAINING = "training", "Training"
    OTHER = "other", "Other"

from django.db import migrations

# As shipped in 0002. What an installation has changed since stands in its own row.
TARGETS = {
    "expedite": (2, "hours", 1),
    "fixed-date": (1, "days", 3),
    "strategic": (2, "days", 10),
    "standard": (1, "days", 5),
}
LIMITS = {"expedite": {"most_in_progress": 1, "tokens_per_quarter": 2}}


def first_versions(apps, schema_editor):
    """Give every tier without one its first version, from the targets that it had."""
    Tier = apps.get_model("intake", "Tier")
    TierVersion = apps.get_model("intake", "TierVersion")
    for tier in Tier.objects.filter(current_version=None):
        amount, unit, decide_days = TARGETS.get(tier.slug, TARGETS["standard"])
        if hasattr(tier, "decide_days"):
            decide_days = tier.decide_days
            hours, days = tier.acknowledge_hours, tier.acknowledge_days
            amount, unit = (hours, "hours") if days is None else (days, "days")
        tier.current_version = TierVersion.objects.create(
            tier=tier,
            number=1,
            acknowledge_amount=amount,
            acknowledge_unit=unit,
            decide_amount=decide_days,
            decide_unit="days",
            why="As shipped.",
            **LIMITS.get(tier.slug, {}),
        )
        tier.save(update_fields=["current_version"])


def keep_versions(apps, schema_editor):
    """Requests from before were all answered under the only version there was."""
    Demand = apps.get_model("intake", "Demand")
    Tier = apps.get_model("intake", "Tier")
    asked = Demand.objects.filter(
        answered_under=None, requester__isnull=False, import_key=""
    )
    for tier in Tier.objects.all():
        asked.filter(tier=tier).update(answered_under=tier.current_version_id)


class Migration(migrations.Migration):
    dependencies = [("intake", "0004_tier_versions")]
    operations = [
        migrations.RunPython(first_versions, migrations.RunPython.noop),
        migrations.RunPython(keep_versions, migrations.RunPython.noop),
    ]

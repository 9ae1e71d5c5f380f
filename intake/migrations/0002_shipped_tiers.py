from django.db import migrations

SHIPPED = [
    {
        "slug": "expedite",
        "name": "Expedite",
        "position": 1,
        "purpose": "Something is broken now, or the law requires it at once.",
        "acknowledge_hours": 2,
        "decide_days": 1,
    },
    {
        "slug": "fixed-date",
        "name": "Fixed date",
        "position": 2,
        "purpose": "A law, a contract or a launch sets a date that cannot move.",
        "acknowledge_days": 1,
        "decide_days": 3,
    },
    {
        "slug": "strategic",
        "name": "Strategic",
        "position": 3,
        "purpose": "A larger outcome with a sponsor.",
        "acknowledge_days": 2,
        "decide_days": 10,
    },
    {
        "slug": "standard",
        "name": "Standard",
        "position": 4,
        "purpose": "Everything else.",
        "acknowledge_days": 1,
        "decide_days": 5,
    },
]


def ship(apps, schema_editor):
    Tier = apps.get_model("intake", "Tier")
    for tier in SHIPPED:
        Tier.objects.get_or_create(slug=tier["slug"], defaults=tier)


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]

from django.db import migrations

CELLS = {
    "stops": {
        "stuck": "expedite",
        "date": "fixed-date",
        "around": "standard",
        "open": "standard",
    },
    "duty": {
        "stuck": "expedite",
        "date": "fixed-date",
        "around": "standard",
        "open": "standard",
    },
    "goal": {
        "stuck": "strategic",
        "date": "fixed-date",
        "around": "strategic",
        "open": "strategic",
    },
    "costs": {
        "stuck": "standard",
        "date": "fixed-date",
        "around": "standard",
        "open": "standard",
    },
    "better": {
        "stuck": "standard",
        "date": "standard",
        "around": "standard",
        "open": "standard",
    },
}


def first_table(apps, schema_editor):
    TierTable = apps.get_model("intake", "TierTable")
    if not TierTable.objects.exists():
        TierTable.objects.create(number=1, cells=CELLS, why="As shipped.")


class Migration(migrations.Migration):
    dependencies = [("intake", "0008_first_questions")]
    operations = [migrations.RunPython(first_table, migrations.RunPython.noop)]

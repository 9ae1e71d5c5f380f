from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [('intake', '0005_first_tier_versions')]

    operations = [
        migrations.RemoveConstraint(
            model_name='tier',
            name='tier_acknowledges_in_hours_or_days',
        ),
        migrations.RemoveField(
            model_name='tier',
            name='acknowledge_days',
        ),
        migrations.RemoveField(
            model_name='tier',
            name='acknowledge_hours',
        ),
        migrations.RemoveField(
            model_name='tier',
            name='decide_days',
        ),
    ]

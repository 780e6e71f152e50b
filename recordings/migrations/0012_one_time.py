"""A new recording has one time: what is set before it is saved stays."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recordings', '0011_counted_list'),
    ]

    operations = [
        # How the field is filled is Python's affair: no table is written anew for it.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='recording',
                    name='updated_at',
                    field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='updated at'),
                ),
            ],
        ),
    ]

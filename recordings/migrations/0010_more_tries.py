from typing import Any

from django.db import migrations, models
from django.db.models import F


def raise_left(apps: Any, schema_editor: Any) -> None:
    """Links of before had 20 tries; one that is locked stays so."""
    handouts = apps.get_model("recordings", "Handout")
    handouts.objects.filter(tries_left__gt=0).update(tries_left=F("tries_left") + 480)


class Migration(migrations.Migration):
    dependencies = [("recordings", "0009_labels")]

    operations = [
        migrations.AlterField(
            model_name="handout",
            name="tries_left",
            field=models.PositiveIntegerField(default=500),
        ),
        migrations.RunPython(raise_left, migrations.RunPython.noop),
    ]

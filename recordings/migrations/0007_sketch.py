from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recordings', '0006_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='rendition',
            name='sketch',
            field=models.CharField(blank=True, editable=False, max_length=48),
        ),
    ]

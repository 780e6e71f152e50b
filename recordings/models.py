"""One immutable original and the facts about it; the forms derived from it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from medisync.accounts.models import User
from medisync.lib.objectid import ObjectIdField
from recordings.choices import Form, HandoutState, RenditionState, Source, State


class RecordingQuerySet(models.QuerySet["Recording"]):
    def ready(self) -> RecordingQuerySet:
        return self.filter(state=State.READY)

    def visible_to(self, user: User) -> RecordingQuerySet:
        """A clinician's own, the clinic's for staff and superusers."""
        ready = self.ready()
        return ready if user.sees_clinic else ready.filter(doctor=user)


class Recording(models.Model):
    id = ObjectIdField()
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State.choices,
        default=State.READY,
        editable=False,
    )
    source = models.CharField(
        _("source"), max_length=10, choices=Source.choices, editable=False
    )
    # An appointment may be deleted and leave its recording (contract medisync
    # 4.8): the id stays, pointing nowhere. Null for dictations and calls.
    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("appointment"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        editable=False,
    )
    # Whose it is. Null for a call: those are the clinic's.
    doctor = models.ForeignKey(
        User,
        verbose_name=_("doctor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    title = models.CharField(_("title"), max_length=300, blank=True)
    file_name = models.CharField(
        _("file name"),
        max_length=255,
        editable=False,
        help_text=_("As uploaded; shown, never a path."),
    )
    key = models.CharField("storage key", max_length=100, unique=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    size = models.BigIntegerField(_("bytes"), editable=False)
    container = models.CharField(_("container"), max_length=20, editable=False)
    codec = models.CharField(_("codec"), max_length=40, editable=False)
    sample_rate = models.IntegerField(_("sample rate (Hz)"), editable=False)
    channels = models.IntegerField(_("channels"), editable=False)
    duration_ms = models.BigIntegerField(_("duration (ms)"), editable=False)
    recorded_at = models.DateTimeField(
        _("recorded at"), default=timezone.now, editable=False
    )
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    updated_at = models.DateTimeField(
        _("updated at"), default=timezone.now, editable=False
    )
    created_by = models.CharField(
        _("created by"), max_length=255, blank=True, editable=False
    )
    origin = models.CharField(
        _("origin"),
        max_length=20,
        editable=False,
        help_text=_("The door it came in by."),
    )

    objects = RecordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"],
                condition=models.Q(state=State.READY),
                name="one_recording_per_appointment",
            ),
        ]
        indexes = [
            # The state is there for counting, which then reads nothing else.
            models.Index(fields=["doctor", "-recorded_at", "-id", "state"]),
            models.Index(fields=["-recorded_at", "-id"]),
            models.Index(fields=["source", "-recorded_at", "-id"]),
            models.Index(fields=["doctor", "-duration_ms", "-id"]),
            models.Index(fields=["-duration_ms", "-id"]),
            models.Index(fields=["source", "-duration_ms", "-id"]),
            models.Index(fields=["sha256"]),
            # The overview adds up from this index alone.
            models.Index(
                fields=["created_at", "state", "source", "size", "duration_ms"],
                name="recordings_by_arrival",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.file_name


class Rendition(models.Model):
    """A form derived from a recording: cached, re-creatable, never the truth."""

    id = ObjectIdField()
    recording = models.ForeignKey(
        Recording,
        verbose_name=_("recording"),
        on_delete=models.CASCADE,
        related_name="renditions",
    )
    form = models.CharField(_("form"), max_length=10, choices=Form.choices)
    recipe = models.CharField(
        _("recipe"),
        max_length=40,
        help_text=_("Encoder and parameters; another recipe, another form."),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=RenditionState.choices,
        default=RenditionState.MAKING,
    )
    key = models.CharField("storage key", max_length=100, blank=True, db_index=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size = models.BigIntegerField(_("bytes"), default=0)
    # Of the peaks alone: their shape in a line, so that a list reads no files.
    sketch = models.CharField(max_length=48, blank=True, editable=False)
    # Who is making it: a maker that stops renewing its lease has died.
    lease = models.CharField(max_length=24, blank=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(_("failed attempts"), default=0)
    error = models.CharField(_("reason"), max_length=200, blank=True)
    retry_at = models.DateTimeField(_("next attempt"), null=True)
    created_at = models.DateTimeField(
        _("created at"), default=timezone.now, editable=False
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "form", "recipe"], name="one_rendition_per_recipe"
            )
        ]
        indexes = [
            # The few that are not ready are looked for among all.
            models.Index(
                fields=["state", "recording"],
                condition=~models.Q(state=RenditionState.READY),
                name="renditions_not_ready",
            ),
            # As the overview does from this one.
            models.Index(fields=["size"], name="renditions_by_size"),
        ]

    def __str__(self) -> str:
        return gettext("%(form)s of “%(recording)s”") % {
            "form": self.get_form_display(),
            "recording": self.recording,
        }


class HandoutQuerySet(models.QuerySet["Handout"]):
    def live(self) -> HandoutQuerySet:
        """Not ended, as :attr:`Handout.ended` tells it; perhaps used up."""
        return self.filter(
            revoked_at=None, expires_at__gt=timezone.now(), tries_left__gt=0
        )


class Handout(models.Model):
    """A link that opens one recording, so many times, until a moment."""

    id = ObjectIdField()
    recording = models.ForeignKey(
        Recording, on_delete=models.CASCADE, related_name="handouts"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    pin_hash = models.CharField(max_length=255, blank=True, editable=False)
    recipient = models.CharField(max_length=100, blank=True)
    uses = models.PositiveIntegerField(default=1)
    uses_left = models.PositiveIntegerField(default=1)
    # Wrong PINs, whoever enters them: then it opens no more. One in 2000 links
    # would be opened by so many guesses.
    tries_left = models.PositiveIntegerField(default=500)
    # The link is worth no more than what its maker may hear.
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)

    objects = HandoutQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["recording", "-created_at"])]

    def __str__(self) -> str:
        if not self.recipient:
            return gettext("Link")
        return gettext("Link for %(recipient)s") % {"recipient": self.recipient}

    @property
    def state(self) -> HandoutState:
        if self.revoked_at is not None:
            return HandoutState.REVOKED
        if self.expires_at <= timezone.now():
            return HandoutState.EXPIRED
        if not self.tries_left:
            return HandoutState.LOCKED
        return HandoutState.OPEN if self.uses_left else HandoutState.USED_UP

    @property
    def ended(self) -> bool:
        """Whether it opens nothing any more, for those who have opened it neither."""
        return self.state not in {HandoutState.OPEN, HandoutState.USED_UP}


class HandoutOpening(models.Model):
    """One use of a link: what lets one browser hear the recording for a while."""

    id = ObjectIdField()
    handout = models.ForeignKey(
        Handout, on_delete=models.CASCADE, related_name="openings"
    )
    visit_hash = models.CharField(max_length=64, editable=False)
    address = models.GenericIPAddressField(null=True)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateTimeField()

    class Meta:
        ordering = ["opened_at", "id"]
        constraints = [
            # A browser that asks twice, or did not hear the answer, uses up one.
            models.UniqueConstraint(
                fields=["handout", "visit_hash"], name="one_opening_per_visit"
            )
        ]

    def __str__(self) -> str:
        return f"Opening of {self.handout_id}"


class Consent(models.Model):
    """That somebody agreed to being recorded; goes with its recording."""

    recording = models.OneToOneField(
        Recording, on_delete=models.CASCADE, primary_key=True, related_name="consent"
    )
    given_by = models.CharField(max_length=255, help_text="Who agreed.")
    given_at = models.DateTimeField()
    asked_by = models.CharField(max_length=255, help_text="Who wrote it down.")

    def __str__(self) -> str:
        return self.given_by


class ResumableUpload(models.Model):
    """Audio on its way in, in pieces, and what is to become of it.

    How much is here says its file alone (recordings.partial).
    """

    id = ObjectIdField()
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    #: How long it will be; null while a recorder does not know yet.
    length = models.BigIntegerField(null=True)
    #: Not a file but 16-bit mono samples at this rate, which become a WAV file.
    sample_rate = models.IntegerField(null=True)
    #: What its sender says it is, whole.
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    file_name = models.CharField(max_length=255)
    title = models.CharField(max_length=300, blank=True)
    # An appointment may be deleted meanwhile, which must not lose the audio.
    appointment = models.ForeignKey(
        Appointment,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    doctor = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    consent_from = models.CharField(max_length=255, blank=True)
    consent_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    #: What became of it. The row stays a while, for a sender who missed the answer.
    recording = models.OneToOneField(
        Recording, null=True, on_delete=models.CASCADE, related_name="+"
    )

    def __str__(self) -> str:
        return self.file_name


class SearchEntry(models.Model):
    """The words that a recording is found by, as ``recordings.indexing`` keeps them.

    The database keeps its own index of them, and by it :class:`SearchMatch`.
    """

    #: Grows with the recording's time: to go by it is to go by time.
    id = models.BigIntegerField(primary_key=True)
    recording = models.OneToOneField(
        Recording, on_delete=models.CASCADE, related_name="search_entry"
    )
    text = models.TextField(help_text="Each word with a blank before it.")

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")

    def __str__(self) -> str:
        return gettext("Words it is found by")


class MatchField(models.Field[str, str]):
    """What a search is matched with; a value of it is never read."""


@MatchField.register_lookup
class Matches(models.Lookup[str]):
    """Whether the words satisfy an expression in the database's own language."""

    lookup_name = "matches"

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, _ = self.process_lhs(compiler, connection)
        return f"{column} MATCH %s", [self.rhs]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, _ = self.process_lhs(compiler, connection)
        return f"{column} @@ %s::tsquery", [self.rhs]


@MatchField.register_lookup
class Satisfies(models.Lookup[str]):
    """The same of rows that are found by something else, on PostgreSQL."""

    lookup_name = "satisfies"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, _ = self.process_lhs(compiler, connection)
        # There is no index of this.
        return f"({column} || ''::tsvector) @@ %s::tsquery", [self.rhs]


class SearchMatch(models.Model):
    """An entry as the index finds it: SQLite's FTS5, PostgreSQL's GIN."""

    id = models.BigIntegerField(primary_key=True, db_column="rowid")
    recording = models.OneToOneField(
        Recording,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="search_match",
    )
    # SQLite calls the whole table by its name.
    words = MatchField(db_column="recordings_searchmatch")

    class Meta:
        managed = False
        db_table = "recordings_searchmatch"

    def __str__(self) -> str:
        return str(self.recording_id)

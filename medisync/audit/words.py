"""The trail as people read it: its codes stay English, in the rows and in searches."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, pgettext_lazy

#: Who acts, by the kind of an ``Actor``.
ACTORS = {
    "user": gettext_lazy("Person"),
    "account": gettext_lazy("LaML account"),
    "pbx": gettext_lazy("PBX user"),
    "handout": gettext_lazy("Holder of a link"),
    "public": gettext_lazy("Nobody who signed in"),
    "system": gettext_lazy("Operator or server"),
}

#: What is done, by the second part of an action.
VERBS = {
    "add": gettext_lazy("Added"),
    "attach": gettext_lazy("Attached"),
    "begin": gettext_lazy("Begun"),
    "check": gettext_lazy("Code entered"),
    "consent": gettext_lazy("Consent noted"),
    "default": gettext_lazy("Made the default"),
    "delete": gettext_lazy("Deleted"),
    "detach": gettext_lazy("Detached"),
    "discard": gettext_lazy("Discarded"),
    "download": gettext_lazy("Downloaded"),
    "give": gettext_lazy("Given to a doctor"),
    "lock": gettext_lazy("Locked"),
    "login": gettext_lazy("Signed in"),
    "make_again": gettext_lazy("Asked for again"),
    "open": pgettext_lazy("has been", "Opened"),
    "pause": gettext_lazy("Paused"),
    "play": gettext_lazy("Heard"),
    "read": gettext_lazy("Tried to reach"),
    "redeem": gettext_lazy("Redeemed"),
    "refresh": gettext_lazy("Renewed"),
    "report": gettext_lazy("Reported"),
    "reset": pgettext_lazy("has been", "Reset"),
    "resume": gettext_lazy("Resumed"),
    "revoke": gettext_lazy("Revoked"),
    "sign_in": gettext_lazy("Signed in"),
    "update": gettext_lazy("Changed"),
}

#: To what, by the first part of an action or the name of a model.
_NOUNS = {
    "account": gettext_lazy("account"),
    "apikey": gettext_lazy("API key"),
    "apitoken": gettext_lazy("API token"),
    "appointment": gettext_lazy("appointment"),
    "authenticator": gettext_lazy("authenticator app"),
    "call": gettext_lazy("call"),
    "callrecording": gettext_lazy("call recording"),
    "calls": gettext_lazy("calls"),
    "calltranscription": gettext_lazy("transcription of a call"),
    "demo": gettext_lazy("demo clinic"),
    "doctorletter": gettext_lazy("doctor letter"),
    "document": gettext_lazy("document"),
    "downloadticket": gettext_lazy("download ticket"),
    "handout": gettext_lazy("handed-out link"),
    "letter": gettext_lazy("doctor letter"),
    "note": gettext_lazy("notes"),
    "notes": gettext_lazy("notes"),
    "openapitoken": gettext_lazy("PBX token"),
    "patient": gettext_lazy("patient"),
    "pbxtoken": gettext_lazy("PBX token"),
    "pbxuser": gettext_lazy("PBX user"),
    "recording": gettext_lazy("recording"),
    "rendition": gettext_lazy("rendition"),
    "resumableupload": gettext_lazy("upload"),
    "transcription": gettext_lazy("transcription"),
    "upload": gettext_lazy("upload"),
    "user": gettext_lazy("user"),
}


def action_name(action: str) -> str:
    """``recording.play`` as “Recording: Heard”; a code without words as it is."""
    noun, _, verb = action.rpartition(".")
    told = VERBS.get(verb)
    return f"{noun_name(noun)}: {told}" if told else action


def noun_name(noun: str) -> str:
    """What an action or an event's record is called."""
    told = _NOUNS.get(noun.replace("_", ""))
    return str(capfirst(str(told))) if told else noun


def actor_name(kind: str, name: str) -> str:
    """Who it was; the server and who never said a name have none of their own."""
    if name and kind != "system":
        return name
    return str(ACTORS.get(kind, kind))

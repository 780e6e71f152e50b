"""A patient's nested objects as the flat fields that forms have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appointments.models import Patient

#: The form's field for each key of the model's nested objects; what else they
#: hold is a client's own, and kept.
NESTED = {
    "contact": {"phone": "phone", "email": "email"},
    "address": {
        "street": "street",
        "city": "city",
        "state": "state",
        "zipCode": "zip_code",
    },
    "insurance": {"provider": "provider", "policyNumber": "policy_number"},
}


def flat(patient: Patient) -> dict[str, str]:
    """What the nested objects hold, by the form's fields."""
    return {
        field: str(getattr(patient, whole).get(key, "") or "")
        for whole, parts in NESTED.items()
        for key, field in parts.items()
    }


def nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The form's flat fields, put back into the model's nested objects."""
    result = dict(facts)
    for whole, parts in NESTED.items():
        given = {
            key: result.pop(field) for key, field in parts.items() if field in facts
        }
        if given:
            result[whole] = given
    return result

"""`googleAds:mutate`: everything in it happens, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox import edits
from sandbox.google import made, shapes, things
from sandbox.google.customers import Customer
from sandbox.google.errors import ApiProblem, unknown_name
from sandbox.google.knobs import knobs
from sandbox.google.mistakes import Mistake, Mistakes
from sandbox.google.rules import RULES, Request
from sandbox.state import state

Body = dict[str, Any]
_KNOWN = {"customerId", "mutateOperations", "partialFailure", "validateOnly", "responseContentType"}
_COLLECTIONS = {
    "campaignBudget": "campaignBudgets",
    "campaign": "campaigns",
    "campaignCriterion": "campaignCriteria",
    "adGroup": "adGroups",
    "adGroupCriterion": "adGroupCriteria",
    "adGroupAd": "adGroupAds",
}
_PARENTS = {
    "campaignCriterion": "campaign",
    "adGroupCriterion": "adGroup",
    "adGroupAd": "adGroup",
}
"""Whose id stands before the ~ in a resource name."""


def operations(body: Body) -> list[Body]:
    """The operations of a request. Raises ApiProblem where it is not one."""
    for name in body:
        if name not in _KNOWN:
            raise unknown_name(name)
    found = body.get("mutateOperations")
    if not isinstance(found, list) or not found:
        raise ApiProblem("REQUIRED_FIELD_MISSING", "Operations are missing.")
    if body.get("partialFailure"):
        raise ApiProblem("", "The sandbox does all or nothing.", status=400)
    return found


def mutate(customer: Customer, body: Body) -> Body:
    """Check everything, then do it; raises ApiProblem with all that is wrong."""
    account = customer.account
    if account is None:
        raise ApiProblem("", status=400, family="requestError")
    if customer.id in knobs().read_only:
        raise ApiProblem("ACTION_NOT_PERMITTED")
    request = Request(customer, account, {})
    asked = [_read(number, each) for number, each in enumerate(operations(body))]
    mistakes: list[Mistake] = []
    for number, (kind, verb, given) in enumerate(asked):
        at = ("mutateOperations", number, f"{kind}Operation", verb)
        mistakes += [
            replace(one, path=(*at, *one.path)) for one in _wrong(kind, verb, given, request)
        ]
    if mistakes:
        raise Mistakes(mistakes)
    if body.get("validateOnly"):
        return {}
    done = _Doing(request).all(asked)
    state().world.changes += 1
    return {"mutateOperationResponses": done}


def _read(number: int, operation: Any) -> tuple[str, str, Any]:
    """The kind, the verb and what is given to it."""
    at = f"mutate_operations[{number}]"
    if not isinstance(operation, dict) or len(operation) != 1:
        raise ApiProblem("", f"Invalid value at '{at}': one operation is expected.", status=400)
    ((name, given),) = operation.items()
    kind = name.removesuffix("Operation")
    if kind not in shapes.MESSAGES or not name.endswith("Operation"):
        raise unknown_name(name, at)
    verbs = [verb for verb in ("create", "update", "remove") if verb in given]
    if len(verbs) != 1 or set(given) - {verbs[0], "updateMask"}:
        raise ApiProblem("", f"Invalid value at '{at}': one verb is expected.", status=400)
    (verb,) = verbs
    if verb == "remove":
        shapes.check(given[verb], shapes.TEXT, at)
        return kind, verb, given[verb]
    shapes.check(given[verb], shapes.MESSAGES[kind], f"{at}.{name}.{verb}")
    return (
        kind,
        verb,
        given[verb] | ({"updateMask": given.get("updateMask", "")} if verb == "update" else {}),
    )


def _wrong(kind: str, verb: str, given: Any, request: Request) -> list[Mistake]:
    if verb == "create":
        return _wrong_to_create(kind, given, request)
    name = given if verb == "remove" else given.get("resourceName", "")
    there = made.created().objects.get(name) or of_world(request.customer, name)
    if there is None or not name.startswith(f"customers/{request.customer.id}/"):
        return [Mistake("mutateError", "RESOURCE_NOT_FOUND")]
    if there.get("status") == "REMOVED":
        return [Mistake("contextError", "OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE")]
    if verb == "remove" and name not in made.created().objects:
        return [Mistake("mutateError", "RESOURCE_NOT_FOUND")]
    if verb == "update":
        return _wrong_to_update(kind, given, request)
    return []


def _wrong_to_update(kind: str, given: Body, request: Request) -> list[Mistake]:
    """A status, or of a budget its daily amount."""
    wanted = "amountMicros" if kind == "campaignBudget" else "status"
    if given["updateMask"].replace("amount_micros", "amountMicros") != wanted:
        return [Mistake("fieldMaskError", "FIELD_MASK_MISSING")]
    if kind == "campaignBudget":
        return list(RULES[kind]({**given, "explicitlyShared": False}, request))
    return []


def of_world(customer: Customer, name: str) -> Body | None:
    """A campaign, ad group or daily budget that the world brought along; None of anything else."""
    for campaign in things.campaigns(customer):
        if made.name_of(campaign) == name:
            return {"status": things.of_campaign(campaign).set}
        budget = things.budget(campaign)
        if f"customers/{customer.id}/campaignBudgets/{budget.id}" == name and budget.daily:
            return {"status": "ENABLED"}
        if any(made.name_of(group) == name for group in campaign.ad_sets):
            return {"status": "ENABLED"}
    return None


def _wrong_to_create(kind: str, given: Body, request: Request) -> list[Mistake]:
    found = list(RULES[kind](given, request))
    name = given.get("resourceName", "")
    if not name:
        return found
    number = name.removeprefix(f"customers/{request.customer.id}/{_COLLECTIONS[kind]}/")
    if not (number.startswith("-") and number[1:].isdigit()):
        code = "CANNOT_SET_ID_FOR_CREATE"
        return [*found, Mistake("newResourceCreationError", code, ("resourceName",))]
    if any(other.rpartition("/")[2] == number for other in request.fresh):
        code = "DUPLICATE_TEMP_IDS"
        found.append(Mistake("newResourceCreationError", code, ("resourceName",)))
    request.fresh[name] = given
    return found


class _Doing:
    """The second half of a mutation, in which nothing goes wrong any more."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._names: dict[str, str] = {}

    def all(self, asked: list[tuple[str, str, Any]]) -> list[Body]:
        return [
            {f"{kind}Result": {"resourceName": self._one(kind, verb, given)}}
            for kind, verb, given in asked
        ]

    def _one(self, kind: str, verb: str, given: Any) -> str:
        objects = made.created().objects
        if verb == "create":
            return self._create(kind, given)
        if verb == "update":
            name = str(given["resourceName"])
            changed = {
                field: given[field] for field in ("status", "amountMicros") if field in given
            }
            if name in objects:
                objects[name] |= changed
            else:
                edits.edit(name, changed)
            return name
        objects[given]["status"] = "REMOVED"
        budget = objects[given].get("campaignBudget")
        if budget:
            objects[budget]["status"] = "REMOVED"
        return str(given)

    def _create(self, kind: str, given: Body) -> str:
        body = {field: self._named(value) for field, value in given.items()}
        temporary = body.pop("resourceName", "")
        number = made.created().next_id()
        if kind in _PARENTS:
            number = f"{body[_PARENTS[kind]].rpartition('/')[2]}~{number}"
        name = f"customers/{self._request.customer.id}/{_COLLECTIONS[kind]}/{number}"
        if temporary:
            self._names[temporary] = name
        made.keep(self._request.account, name, body)
        return name

    def _named(self, value: Any) -> Any:
        """A temporary name becomes the real one."""
        return self._names.get(value, value) if isinstance(value, str) else value

"""TikTok's envelope for what went wrong: HTTP 200 and a code."""

from __future__ import annotations

from typing import Any

MESSAGES = {
    20001: "Partial success.",
    40000: "Invalid parameters.",
    40001: "No permission to operate this advertiser.",
    40002: "Parameter error.",
    40003: "Forbidden.",
    40006: "The API version does not fit the parameters.",
    40007: "The object does not exist.",
    40008: "The endpoint is not implemented.",
    40009: "Unsupported parameter in sandbox environment.",
    40010: "Unsupported domain.",
    40011: "Too many ids in a single request.",
    40012: "Nothing to update.",
    40013: "Sandbox account does not exist.",
    40014: "Not supported in the sandbox environment.",
    40016: "Requests made too frequently.",
    40050: "Duplicated requests have been sent.",
    40051: "Invalid API version.",
    40052: "ACO material already exists.",
    40067: "Your query is too large, please reduce the query size (e.g. fewer metrics or time "
    "range) and retry after a while.",
    40100: "Due to too many requests, requests from App are temporarily restricted.",
    40101: "Secret and app id do not match.",
    40102: "The access token has expired.",
    40103: "The refresh token has expired.",
    40104: "Access token is null, you should set it in http header with key Access-Token.",
    40105: "Access token is incorrect or has been revoked.",
    40106: "The core user is invalid.",
    40107: "Invalid refresh token.",
    40110: "The auth_code is canceled. Please re-authorize and try again with a new auth_code.",
    40113: "The app has been blocked or does not exist.",
    40114: "The advertiser has logged out.",
    40115: "The authentication timestamp has expired.",
    40116: "The authentication signature is invalid.",
    40118: "The advertiser is not on the allowlist of this feature.",
    40119: "Developer and advertiser do not belong to the same company.",
    40124: "The developer profile is not filled in and approved.",
    40125: "The developer does not have the permission.",
    40130: "The scope is not authorized.",
    40132: "The request QPS is limited by pixel_code's value.",
    40133: "Advertiser (7012345678900000001)'s QPS (21) reaches QPS limit 20 for current path, "
    "request is temporarily restricted.",
    40200: "Task error.",
    40201: "Task is not ready.",
    40202: "Write or update entity conflict.",
    40300: "The advertiser does not exist or has been deleted.",
    40301: "The advertiser cannot be matched.",
    40302: "The customer of the advertiser does not exist.",
    40309: "Please log in first.",
    40400: "Route not found.",
    40502: "The maximum ad limit has been reached.",
    40700: "Internal service validation error.",
    40900: "The signature of the file does not match.",
    40901: "Video transcoding in process.",
    40902: "Unable to fetch the URL.",
    40903: "The image URL is unavailable.",
    40904: "Illegal image content.",
    40907: "The file is too large.",
    40908: "The file type is unsupported.",
    40911: "The material's name has a duplicate.",
    40913: "Unable to fetch the image.",
    40916: "Illegal video content.",
    41000: "The app is blocked.",
    41001: "The interface is offline.",
    41002: "The fields provided are not in use: total_onsite_shopping_value.",
    50000: "System error.",
    50002: "System timeout.",
    51001: "Statistics service error.",
    51010: "Internal service timed out.",
    52001: "Database read error.",
    53102: "Deserialization error.",
    60001: "The system is under maintenance.",
    61000: "Too many requests.",
}


class ApiProblem(Exception):
    """Becomes an envelope with this code, HTTP 200."""

    def __init__(self, code: int, message: str = "") -> None:
        self.code = code
        self.message = message or MESSAGES[code]
        super().__init__(self.message)

    def envelope(self, request_id: str) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "request_id": request_id,
            "data": {},
        }


def bad(message: str) -> ApiProblem:
    return ApiProblem(40002, message)


def no_permission(advertiser_id: str) -> ApiProblem:
    return ApiProblem(
        40001, f"You don't have permission to operate this advertiser:{advertiser_id}."
    )

"""The published description, OpenAPI 3.1, drawn from the table of routes and the types of what goes in and out."""

from typing import Any

import msgspec

from custodiet.entrypoints.api.problem import BASE, MEDIA_TYPE, TITLES, Problem
from custodiet.entrypoints.api.route import Param, Read, Route

NAME_MAX = 64
_HEADERS = {
    201: {"Location": {"description": "Where it is found.", "schema": {"type": "string"}}},
    401: {"WWW-Authenticate": {"description": "How to sign in.", "schema": {"type": "string"}}},
    503: {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
}
_ABOUT = (
    "Custodiet by its own flows and its own policy, the same as its pages. No answer holds a position, a geometry or a "
    "name. Times are UTC; windows are half-open; unknown is null; every list is bounded. Every refusal is a problem "
    "with one code for each rule; whoever may not know of a thing is told what is told of nothing."
)


def openapi(routes: tuple[Route, ...], session_cookie: str = "session") -> dict[str, Any]:
    """The whole description."""
    types = [Problem, *(one.answer for one in routes if one.answer), *(one.body for one in routes if one.body)]
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    paths: dict[str, Any] = {}
    for one in routes:
        paths.setdefault(BASE + one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Custodiet", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"session": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": session_cookie,
                    "description": "As a page gives it at sign-in. Over https its name begins with __Host-.",
                },
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.says,
        "parameters": [*map(_named, route.names), *map(_param, route.params)],
        "responses": {str(status): _response(route, status) for status in route.statuses},
    }
    if route.acts:
        told["parameters"].append(
            {
                "name": "X-CSRFToken",
                "in": "header",
                "required": False,
                "description": "With a session: `form_token` of /me.",
                "schema": {"type": "string", "maxLength": 100, "pattern": "^[A-Za-z0-9]*$"},
            }
        )
    if route.body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(route.body)}}}
    return told


def _response(route: Route, status: int) -> dict[str, Any]:
    if status == route.status:
        schema = route.schema if route.answer is None else _ref(route.answer)
        told: dict[str, Any] = {"description": route.says, "content": {route.media: {"schema": schema}}}
    else:
        told = {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": _ref(Problem)}}}
    if status in _HEADERS:
        told["headers"] = _HEADERS[status]
    return told


def _ref(kind: Any) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _named(name: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": NAME_MAX, "pattern": r"^[\w.\-]+$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _param(param: Param) -> dict[str, Any]:
    match param.read:
        case Read.COUNT:
            schema: dict[str, Any] = {"type": "integer", "minimum": param.least, "maximum": param.most}
        case Read.TIME:
            schema = {"type": "string", "format": "date-time"}
        case Read.WORD:
            schema = {"type": "string", "enum": list(param.words)}
        case _:
            schema = {"type": "string", "minLength": param.least, "maxLength": param.most}
            if param.pattern is not None:
                schema["pattern"] = param.pattern
    return {
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.says,
        "schema": schema,
    }

"""What a program sends to propose a rung."""


def as_body(decision, assessment, **changed) -> dict:
    """A proposal and its assessment as the API takes them; `changed`: what is sent otherwise."""
    return {
        "mode": decision.mode,
        "power": decision.power,
        "purposes": list(decision.purposes),
        "starts_at": decision.starts_at.isoformat(),
        "review_due_at": decision.review_due_at.isoformat(),
        "selection": assessment.selection,
        "selection_fact": assessment.selection_fact,
        "families": {one.family: {"reason": one.reason, "facts": list(one.facts)} for one in assessment.families},
        "compared_with": list(assessment.compared_with),
        "article_8": dict(assessment.article_8),
        "practicality": dict(assessment.practicality),
        "at_home": list(assessment.at_home),
        "finding_shown": assessment.finding_shown,
        "exemptions": {
            one: {"applies": False} for one in (() if assessment.exempted is None else assessment.exempted.asked)
        },
    } | changed

"""How evidence and oversight are said to people. English texts; a page says them in its language."""

from collections.abc import Mapping

from custodiet.rules.eleven_tests import Code

FOUND: Mapping[Code, tuple[str, str]] = {
    Code.REGISTER_IN_EFFECT: (
        "The register is in effect, in its version %(num)s",
        "The register is in effect, in its version %(num)s",
    ),
    Code.PURPOSES_WITH_BASIS: (
        "%(num)s purpose names its basis and regime",
        "%(num)s purposes name their basis and regime",
    ),
    Code.OPERATIONS_ASSESSED: (
        "%(num)s operation is assessed for necessity and proportionality",
        "%(num)s operations are assessed for necessity and proportionality",
    ),
    Code.OPERATIONS_ACTIVATED: (
        "%(num)s operation was activated by two people and is active",
        "%(num)s operations were activated by two people and are active",
    ),
    Code.ALTERNATIVES_REJECTED: (
        "%(num)s less intrusive alternative is listed with the reason against it",
        "%(num)s less intrusive alternatives are listed, each with the reason against it",
    ),
    Code.ASSESSED_FOR_THE_PERSON: (
        "%(num)s decision that stands rests on an assessment for its person",
        "%(num)s decisions that stand rest on an assessment for their person",
    ),
    Code.ON_LOW_RUNGS: (
        "%(num)s decision that stands is on rung 6 or lower",
        "%(num)s decisions that stand are on rung 6 or lower",
    ),
    Code.SELECTION_SAID: (
        "The register says how people are selected, and why",
        "The register says how people are selected, and why",
    ),
    Code.SCREENED: (
        "%(num)s person under a decision was asked every question",
        "%(num)s people under a decision were asked every question",
    ),
    Code.COLLECTS_AS_ASSESSED: (
        "%(num)s decision that collects positions rests on an operation that is active",
        "%(num)s decisions that collect positions rest on operations that are active",
    ),
    Code.LOOK_UPS_ASKED: (
        "%(num)s request to look was recorded, with its purpose and window",
        "%(num)s requests to look were recorded, with purpose and window",
    ),
    Code.READINGS_UNDER_TWO: (
        "%(num)s reading was opened, under a grant of two people",
        "%(num)s readings were opened, each under a grant of two people",
    ),
    Code.LOOKS_REFUSED: ("%(num)s attempt to look was refused", "%(num)s attempts to look were refused"),
    Code.PACKS_UNDER_TWO: (
        "%(num)s pack of positions was made for an agency, under a yes of two people",
        "%(num)s packs of positions were made for agencies, each under a yes of two people",
    ),
    Code.AGENCIES_REFUSED: (
        "%(num)s request of an agency was refused or turned away",
        "%(num)s requests of agencies were refused or turned away",
    ),
    Code.ASKED_FIRST_AT: (
        "The register names %(num)s event at which the person is asked first",
        "The register names %(num)s events at which the person is asked first",
    ),
    Code.SPECIAL_CONDITION_NAMED: (
        "%(num)s purpose names its condition for special category data",
        "%(num)s purposes name their condition for special category data",
    ),
    Code.SPECIAL_RISK_ANSWERED: (
        "The assessment answers the risk that positions beside a map reveal special category data",
        "The assessment answers the risk that positions beside a map reveal special category data",
    ),
    Code.RULES_JUSTIFIED: (
        "%(num)s retention rule has days, a justification and an owner",
        "%(num)s retention rules have days, a justification and an owner each",
    ),
    Code.DAYS_ERASED: (
        "%(num)s entry records that keys were destroyed, in any scheme",
        "%(num)s entries record that keys were destroyed, in any scheme",
    ),
    Code.TOLD: (
        "%(num)s person was given the notice as it stands, and whether they understood was checked",
        "%(num)s people were given the notice as it stands, and whether they understood was checked",
    ),
    Code.ENTRIES: ("%(num)s entry has its record", "%(num)s entries have their record"),
    Code.PUBLISHED: (
        "%(num)s entry stands under the published, signed checkpoint",
        "%(num)s entries stand under the published, signed checkpoint",
    ),
    Code.WITNESSED: (
        "%(num)s entry was seen by enough witnesses lately",
        "%(num)s entries were seen by enough witnesses lately",
    ),
    Code.LOOKED_ALONE: (
        "%(num)s look was taken without a second person, for danger to life",
        "%(num)s looks were taken without a second person, for danger to life",
    ),
    Code.ALONE_ASSESSED: (
        "%(num)s such look was assessed afterwards by the data protection officer",
        "%(num)s such looks were assessed afterwards by the data protection officer",
    ),
    Code.ALONE_NOT_ASSESSED: (
        "%(num)s look without a second person was not assessed within a day",
        "%(num)s looks without a second person were not assessed within a day",
    ),
    Code.NO_REGISTER: ("No register is in effect", "No register is in effect"),
    Code.PURPOSE_WITHOUT_BASIS: (
        "%(num)s purpose names no basis or no regime",
        "%(num)s purposes name no basis or no regime",
    ),
    Code.OPERATION_NOT_ASSESSED: (
        "%(num)s operation of the register has no assessment of its own",
        "%(num)s operations of the register have no assessment of their own",
    ),
    Code.USED_NOT_ACTIVATED: (
        "%(num)s decision stands whose operation is not active now",
        "%(num)s decisions stand whose operation is not active now",
    ),
    Code.NO_ASSESSMENT: ("There is no assessment of this", "There is no assessment of this"),
    Code.NO_ALTERNATIVE: (
        "%(num)s operation was assessed without any alternative",
        "%(num)s operations were assessed without any alternative",
    ),
    Code.ALTERNATIVE_WITHOUT_REASON: (
        "%(num)s alternative has no reason against it",
        "%(num)s alternatives have no reason against them",
    ),
    Code.DECIDED_UNASSESSED: (
        "%(num)s decision stands without an assessment for its person",
        "%(num)s decisions stand without an assessment for their person",
    ),
    Code.NO_SELECTION_SAID: (
        "The register does not say how people are selected",
        "The register does not say how people are selected",
    ),
    Code.NOT_SCREENED: (
        "%(num)s person under a decision was not asked",
        "%(num)s people under a decision were not asked",
    ),
    Code.READING_WITHOUT_GRANT: (
        "%(num)s reading has no grant of two people before it",
        "%(num)s readings have no grant of two people before them",
    ),
    Code.PACK_WITHOUT_RELEASE: (
        "%(num)s pack for an agency has no yes of two people before it",
        "%(num)s packs for agencies have no yes of two people before them",
    ),
    Code.NOBODY_ASKED_FIRST: (
        "The register names no event at which the person is asked first",
        "The register names no event at which the person is asked first",
    ),
    Code.NO_SPECIAL_CONDITION: (
        "%(num)s purpose names no condition for special category data",
        "%(num)s purposes name no condition for special category data",
    ),
    Code.NO_SPECIAL_RISK: (
        "The assessment does not answer the risk that positions beside a map reveal special category data",
        "The assessment does not answer the risk that positions beside a map reveal special category data",
    ),
    Code.CATEGORY_WITHOUT_RULE: (
        "%(num)s category of data has no justified rule",
        "%(num)s categories of data have no justified rule",
    ),
    Code.ONE_PERIOD: ("One period stands for every category", "One period stands for every category"),
    Code.NOT_TOLD: (
        "%(num)s person under a decision was not told what the notice says now",
        "%(num)s people under a decision were not told what the notice says now",
    ),
    Code.REVIEW_NOT_RECORDED: (
        "%(num)s review was due in the last 31 days and nobody recorded it",
        "%(num)s reviews were due in the last 31 days and nobody recorded them",
    ),
    Code.NOT_PUBLISHED: (
        "No checkpoint with the log’s signature is published",
        "No checkpoint with the log’s signature is published",
    ),
    Code.NOT_WITNESSED: (
        "No witness has signed the ledger lately, or none is set",
        "No witness has signed the ledger lately, or none is set",
    ),
    Code.RECORD_GONE: (
        "%(num)s entry that this rests on, or may rest on, is gone or has lost its record",
        "%(num)s entries that this rests on, or may rest on, are gone or have lost their record",
    ),
}

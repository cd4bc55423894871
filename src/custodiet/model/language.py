"""Languages that a notice may be given in: a list of data, that a deployer adds to. English is the source of all.

`tag` is BCP 47. Two of them are pseudo-languages, made by machine from the English, to prove both directions of
writing; only a scheme that is made up may use them. No text in any other language is shipped.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language: what it calls itself, what English calls it, and which way it is written."""

    tag: str
    own_name: str
    name: str
    direction: str = "ltr"
    pseudo: bool = False


ENGLISH = Language("en", "English", "English")
PSEUDO_LTR = Language("en-XA", "[Éñglíšh]", "Pseudo-language, left to right", pseudo=True)
PSEUDO_RTL = Language("ar-XB", "\u202ehsilgnE\u202c", "Pseudo-language, right to left", "rtl", pseudo=True)
LANGUAGES: tuple[Language, ...] = (
    ENGLISH,
    Language("ar", "العربية", "Arabic", "rtl"),
    Language("ckb", "کوردیی ناوەندی", "Kurdish (Sorani)", "rtl"),
    Language("kmr", "Kurmancî", "Kurdish (Kurmanji)"),
    Language("ps", "پښتو", "Pashto", "rtl"),
    Language("fa-AF", "دری", "Dari", "rtl"),
    Language("fa", "فارسی", "Persian", "rtl"),
    Language("ti", "ትግርኛ", "Tigrinya"),
    Language("am", "አማርኛ", "Amharic"),
    Language("sq", "Shqip", "Albanian"),
    Language("vi", "Tiếng Việt", "Vietnamese"),
    Language("cy", "Cymraeg", "Welsh"),
    Language("so", "Soomaali", "Somali"),
    Language("om", "Afaan Oromoo", "Oromo"),
    Language("ur", "اردو", "Urdu", "rtl"),
    Language("bn", "বাংলা", "Bengali"),
    Language("tr", "Türkçe", "Turkish"),
    Language("es", "Español", "Spanish"),
    Language("pt", "Português", "Portuguese"),
    Language("ro", "Română", "Romanian"),
    Language("zh", "中文", "Chinese"),
    Language("ta", "தமிழ்", "Tamil"),
    PSEUDO_LTR,
    PSEUDO_RTL,
)
BY_TAG = {one.tag: one for one in LANGUAGES}

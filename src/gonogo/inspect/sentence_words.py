"""The words of a release, one table for each thing they tell: value, pattern. Case doesn't matter. A group `value`
gives the value instead, a group `at` the words that count."""

from __future__ import annotations

Table = tuple[tuple[str, str], ...]

STRATEGY: Table = (
    ("canary", r"\bcanar(?:y|ies|ied)\b"),
    ("canary", r"\bgradual(?:ly)?\b|\bprogressive(?:ly)?\s+(?:deliver|roll)\w*"),
    ("canary", r"\b\d{1,2}\s*%\s+(?:first|of\s+(?:the\s+)?(?:users|traffic|requests))"),
    ("rolling", r"\brolling\b(?!\s+(?:back|out))|\brollingupdate\b"),
    ("rolling", r"\b(?:one|instance)\s+by\s+(?:one|instance)\b"),
    ("blue-green", r"\bblue\s*[-/_ ]?\s*(?:and\s+)?green\b|\bgreen\s*[-/_ ]\s*blue\b|\bb/g\b"),
    ("blue-green", r"\bred\s*[-/]\s*black\b"),
    ("direct", r"\ball[-\s]at[-\s]once\b|\bbig[-\s]bang\b|\bin\s+one\s+go\b|\beverywhere\s+at\s+once\b"),
    ("direct", r"\bstraight\s+to\s+(?:100|everyone|everybody|all)\b|\brecreate\b"),
    ("direct", r"\bdirect\s+(?:deploy\w*|rollout|strategy)\b|\bstrategy[:\s]+direct\b"),
)

URGENCY: Table = (
    ("hotfix", r"\bhot[-\s]?fix(?:es|ed)?\b|\bbreak[-\s]?glass\b"),
    ("hotfix", r"\bemergency\s+(?:fix|patch|release|deploy\w*)\b"),
    ("urgent", r"\burgent(?:ly)?\b|\basap\b|\bas\s+soon\s+as\s+possible\b|\bcritical\s+fix\b"),
    ("urgent", r"\bimmediate(?:ly)?\b|\bright\s+(?:now|away)\b|\bdringend\b|\bsofort\b"),
    ("normal", r"\bno\s+(?:rush|hurry)\b|\broutine\b|\bregular\s+(?:release|deploy\w*)\b|\bwhenever\b"),
    ("normal", r"\b(?:not\s+(?:at\s+all\s+)?|nothing\s+|non[-\s]|nicht\s+)(?:urgent|dringend)\b"),
)

SEVERITY: Table = (
    ("SEV", r"(?<![\w-])sev(?:erity)?\s*[-:]?\s*(?P<value>[0-5])\b"),
    ("P", r"(?<![\w/-])(?:p|prio(?:rity)?\s*[-:]?\s*)(?P<value>[0-5])\b(?!\s*%)(?![.-]?\d)"),
)

_INTO = r"\b(?:to|in|into|on|onto|for|auf|nach)\s+(?:the\s+|our\s+)?"
ENVIRONMENT: Table = (
    ("production", r"(?<!pre-)(?<!pre )\b(?:production|prod|prd|produktion)\b(?![-\s]+(?:ready|tag|like|data|dump))"),
    ("production", r"\b(?:go(?:es|ing)?|to|in|into)\s+(?P<at>live)\b"),
    ("staging", r"\b(?:staging|stg)\b"),
    ("staging", _INTO + r"(?P<at>stage)\b(?!\s*\d)"),
    ("preprod", r"\bpre[-\s]?prod(?:uction)?\b"),
    ("qa", _INTO + r"(?P<at>qa)\b|\bqa[-\s]env\w*"),
    ("uat", r"\buat\b"),
    ("test", _INTO + r"(?P<at>test)\b|\btest\s+environment\b"),
    ("development", _INTO + r"(?P<at>dev(?:elopment)?)\b|\bdev\s+env\w*"),
    ("sandbox", _INTO + r"(?P<at>sandbox)\b"),
)
ELSEWHERE = (
    r"\b(?:test|verifi|validat|pass|soak|bak|work|run|ran|promot)(?:s|e|ed|ing)?\b[\s\w]{0,25}\b(?:in|on|from|through)\s*$"
    r"|\b(?:after|since|from|ok\s+in|fine\s+in|fine\s+on|green\s+in|green\s+on|already\s+in|already\s+on)\s*$"
)
"""Before an environment: where the version was, not where it goes."""

_FLAG = r"(?:feature[-\s]?)?(?:flag|toggle)"
FLAG: Table = (
    ("", r"\b" + _FLAG + r"(?:ged)?\s+(?:named\s+|called\s+)?[:=]?\s*[\"'`](?P<value>[\w.-]{2,60})[\"'`]"),
    ("", r"\b" + _FLAG + r"\s*[:=]\s*(?P<value>[\w.-]{1,59}\w)"),
    (
        "",
        r"\b(?:behind|with|under|using|enable|disable|turn\s+on|turn\s+off)\s+(?:the\s+)?"
        + _FLAG
        + r"\s+(?!(?:and|at|in|on|off|for|to|which|that)\b)(?P<value>[a-z][\w.-]{0,58}\w)",
    ),
    ("", r"[\"'`]?(?P<value>(?!feature\b)[a-z][\w.]*[-_][\w.-]{0,58}\w)[\"'`]?\s+" + _FLAG + r"\b"),
    ("unnamed", r"\b(?:behind|under)\s+(?:an?\s+|the\s+)?" + _FLAG + r"\b|\bfeature[-\s]?(?:flag|toggle)(?:s|ged)?\b"),
    ("unnamed", r"\bflag(?:ged)\s+off\b|\bdark[-\s]launch\w*"),
)

RISK: Table = (
    ("no downtime", r"\b(?:no|zero|without(?:\s+any)?|ohne)[-\s]+(?:down[-\s]?time|ausfall|outage|interruption)\b"),
    ("downtime", r"\bdown[-\s]?time\b|\bmaintenance\s+window\b|\bwartungsfenster\b"),
    ("money", r"\bpayments?\b|\bbilling\b|\binvoic\w+|\brefunds?\b|\bcheckout\b(?=\s+(?:flow|page|process))"),
    ("access", r"\bauth(?:entication|orization|n|z)?\b|\blog-?in\b|\bpasswords?\b|\bsso\b|\boauth\b|\bpermissions?\b"),
    ("personal data", r"\bpersonal\s+data\b|\bpii\b|\bgdpr\b|\bdsgvo\b"),
    ("security", r"\bsecurity\b|\bvulnerabilit\w+|\bcve\b|\bexploit\w*|\blog4(?:j|shell)\b"),
    ("breaking", r"\bbreaking\b(?!\s+glass)|\b(?:backwards?[-\s])?incompatible\b"),
    ("irreversible", r"\birreversible\b|\bone[-\s]way\b"),
    ("irreversible", r"\b(?:can't|cannot|can\s+not|no)\s+(?:be\s+)?(?:rolled?\s*back|rollback|undo(?:ne)?)\b"),
    ("big", r"\brisky\b|\bdangerous\b|\bscary\b|\bexperimental\b|\bhuge\b|\brewrit\w+\b"),
    ("big", r"\bbig\s+(?:change|refactor\w*|release)\b|\bmajor\s+(?:upgrade|change)\b"),
    ("peak", r"\bblack\s+friday\b|\bcyber\s+monday\b|\bpeak\b|\bhigh\s+traffic\b"),
    ("small", r"\btypo\b|\bcopy\s+change\b|\btiny\b|\btrivial\b|\bone[-\s]liner\b|\bdocs?[-\s]only\b"),
    ("small", r"\b(?:minor|small)\s+(?:fix|change|tweak)\b"),
    ("first", r"\b(?:first|initial)\s+(?:ever\s+)?(?:deploy\w*|release|rollout|launch)\b|\bbrand[-\s]new\s+service\b"),
)

_NOT_TICKETS = r"(?!(?:UTF|SHA|ISO|RFC|SEV|TLS|RC|CVE|UTC|GMT|MD|HTTP|AES|RSA|COVID|V|T)-?\d)"
TICKET: Table = (
    ("", rf"(?<![\w/.-])(?P<value>{_NOT_TICKETS}(?-i:[A-Z][A-Z0-9]{{1,9}})-\d{{1,7}})(?![\w.]*\d\.)\b"),
    ("", r"(?<![\w/.-])(?P<value>inc(?:ident)?-\d{1,7})\b"),
    ("", r"(?<![\w/.-])(?P<value>cve-\d{4}-\d{3,7})\b"),
    ("", r"(?<![\w&#])(?P<value>#\d{1,7})\b"),
    ("", r"\b(?:incident|ticket|issue|case)\s+(?:no\.?\s*|number\s*|nr\.?\s*)?(?P<value>\d{1,7})\b"),
)

_BACK = r"(?:roll(?:ing)?\s*[-\s]?back|back\s+out)"
INTENT: Table = (
    ("rollback", r"\b(?:" + _BACK + r"|revert|restore|go\s+back|undo)\b(?=[^.;!?]{0,60}\bto\b)"),
    ("rollback", r"^\W*(?:please\s+)?" + _BACK + r"\b"),
    ("deploy", r"\b(?:deploy(?:s|ed|ing|ment)?|releas(?:e|es|ing)|ship(?:s|ping)?|push|launch|promote|install)\b"),
    ("deploy", r"\broll(?:ing)?\s*-?\s*out\b|\brollout\b|\b(?:bump|upgrade|update|publish|deliver)\b"),
    ("deploy", r"\b(?:ausrollen|deployen|ausliefern)\b"),
)
REVERT = r"\brevert(?:s|ing)?\b"

MISSPELT: dict[str, tuple[str, str]] = {
    "canary": ("strategy", "canary"),
    "rolling": ("strategy", "rolling"),
    "production": ("environment", "production"),
    "staging": ("environment", "staging"),
    "hotfix": ("urgency", "hotfix"),
    "urgent": ("urgency", "urgent"),
    "migration": ("migration", "schema"),
    "backfill": ("migration", "backfill"),
    "deploy": ("intent", "deploy"),
    "release": ("intent", "deploy"),
    "rollback": ("intent", "rollback"),
    "downtime": ("risk", "downtime"),
}
"""Words recognised with two letters swapped, one missing, or one too many."""

r"""How keys and tokens are written that carry their maker's mark.

A line each: what it opens, parts without one of which there is none (so that most texts are
searched for plain words alone), and the pattern, from start to stop.
"""

import re
from dataclasses import dataclass

START, STOP = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_-])"

_TABLE = r"""
cloud-key      AKIA|ASIA         A(?:KIA|SIA)[A-Z2-7]{16}
cloud-key      AIza              AIza[\w-]{35}
cloud-key      GOCSPX-           GOCSPX-[\w-]{28}
cloud-key      AccountKey=       AccountKey=[A-Za-z0-9+/]{86}==
cloud-key      _v1_              do[oprt]_v1_[a-f0-9]{64}
private-key    AGE-SECRET-KEY-1  AGE-SECRET-KEY-1[0-9A-Z]{58}
forge-token    ghp_|gho_|ghu_|ghs_|ghr_  gh[pousr]_[A-Za-z0-9]{36,255}
forge-token    github_pat_       github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}
forge-token    glpat-|glrt-|gldt-|glptt-|glcbt-|glsoat-  gl(?:pat|rt|dt|ptt|cbt|soat)-[\w-]{20,200}
forge-token    npm_              npm_[A-Za-z0-9]{36}
forge-token    pypi-AgE          pypi-AgE[\w-]{50,400}
forge-token    rubygems_         rubygems_[a-f0-9]{48}
forge-token    dckr_pat_         dckr_pat_[\w-]{27}
service-token  xox               xox[abeoprs]-[A-Za-z0-9-]{20,200}
service-token  xapp-             xapp-\d-[A-Z0-9]{8,20}-\d{6,20}-[a-f0-9]{40,80}
service-token  _live_            [rs]k_live_[A-Za-z0-9]{16,200}
service-token  whsec_            whsec_[A-Za-z0-9+/]{24,100}={0,2}
service-token  sk-proj-|sk-svcacct-|sk-admin-|sk-ant-|sk-or-  sk-(?:proj|svcacct|admin|ant|or)-[\w-]{24,300}
service-token  T3BlbkFJ          sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}
service-token  hf_               hf_[A-Za-z0-9]{34}
service-token  SG.               SG\.[\w-]{22}\.[\w-]{43}
service-token  :AA               \d{8,10}:AA[\w-]{33}
service-token  hvs.|hvb.         hv[bs]\.[\w-]{24,200}
service-token  .atlasv1.         [A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,70}
service-token  ATATT3            ATATT3[\w=-]{60,250}
service-token  shpat_|shpca_|shppa_|shpss_  shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}
service-token  glsa_             glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}
service-token  NRAK-             NRAK-[A-Z0-9]{27}
service-token  dapi              dapi[a-f0-9]{32}
service-token  lin_api_          lin_api_[A-Za-z0-9]{40}
service-token  ntn_              ntn_[A-Za-z0-9]{40,60}
service-token  tskey-            tskey-(?:auth|api|client|scim|webhook)-\w{8,40}-\w{20,60}
webhook        hooks.slack.com   https://hooks\.slack\.com/services/T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{18,30}
webhook        /api/webhooks/    https://(?:\w{1,10}\.)?discord(?:app)?\.com/api/webhooks/\d{15,21}/[\w-]{50,80}
"""  # noqa: E501  # a table is read by its rows


@dataclass(frozen=True)
class Form:
    """What one maker's tokens look like."""

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]


def _read(row: str) -> Form:
    kind, hints, pattern = row.split()
    return Form(kind, tuple(hints.split("|")), re.compile(f"{START}{pattern}{STOP}"))


FORMS = tuple(_read(row) for row in _TABLE.strip().splitlines())

// What is masked in a line before anything keeps it. What follows the "=" is JSON: service/reading/redaction.py reads it
// too. A rule looks at the lines in which its trace is found, in lower case. What its pattern matches becomes "mark"
// ("<secret>" unless it says so), but for the first group, which stays where the rule "keeps" it, as it does unless it
// says false. A name in angle brackets and capitals stands for the part of that name. All repetitions are bounded, so
// that no line takes long. A rule with an "option" works where a setting asks for it.

// prettier-ignore
const MASKING_RULES = {
  "version": 3,
  "parts": {
    "Q": "(?:\\\\{0,7}\"[^\"]{0,1024}\"|\\\\{0,3}'[^']{0,1024}'|&quot;[^&]{0,512}&quot;|%22[^% \\t&]{0,512}%22)",
    "BARE": "[^ \\t\"',;&)\\]}<>]{1,1024}",
    "PROSE": "(?!(?:invalid|incorrect|expired|missing|required|unexpected|not|none|null|nil|true|false|yes|no|is|was|has|have|for|the|an?|empty|wrong|failed|failure|error|unknown|ok|all|password|account|auth|session|chauthtok|changed|change|reset|must|cannot|could|will|to|of|in|on|and|or|by|with|from|file|hidden|masked|redacted|removed|filtered|undefined|\\(null\\)|\\[[A-Za-z]+\\]|\\*{2,}|x{3,}|\\.{3})(?![A-Za-z0-9_-]))",
    "NAME": "(?:(?!(?:tokens|secrets|passwords|credentials)[\\\\\"']{0,4}[ \\t]{0,4}[:=][ \\t]{0,4}[0-9.,]{1,9}(?![A-Za-z0-9_-]))(?:pass(?:word|wd|phrase|code|wort)?|passwords|(?:bind|root|admin|ldap)_?pw|(?<![A-Za-z0-9])pw|mot[_-]de[_-]passe|senha|kennwort|wachtwoord|\u5bc6\u7801|\u5bc6\u78bc|wep[_-]?key|pwd(?![ \\t]{0,2}=[ \\t]{0,2}[/~])|secrets?|tokens?|credentials?|psk|pre-?shared[_-]?key|(?:api|access|private|secret|encryption|signing|client|account|shared|master|storage|license|webhook|deploy|auth|session|symmetric|service|shared[_-]?access|consumer|app|application|function|subscription|vault|unseal|root)[_ -]?key(?:[_-]?(?:id|base|data))?|(?:otp|totp|mfa|verification|security|recovery|reset|activation|one[_-]?time)[_ -]?(?:code|pin|password)|cvv2?|cvc2?|t?otp))",
    "SUFFIX": "(?:[_-]?(?:key|value|hash|data|text|plain|new|old|confirm(?:ation)?|[0-9]))?"
  },
  "block": {
    "begin": "-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}(?:PRIVATE KEY(?: BLOCK)?|PGP MESSAGE|MESSAGE)-----",
    "end": "-----END (?:[A-Z0-9]{1,16} ){0,3}(?:PRIVATE KEY(?: BLOCK)?|PGP MESSAGE|MESSAGE)-----",
    "body": "(?:(?<=[ \\t])|^)(?:[A-Za-z0-9+/]{16,1024}={0,2}|[A-Za-z0-9+/]{1,1024}={1,2}|=[A-Za-z0-9+/]{4})$",
    "header": "(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): ",
    "line": "^(?=.{0,80}[a-z])(?=.{0,80}[A-Z])(?=.{0,80}[0-9])[A-Za-z0-9+/]{1,80}$",
    "widths": [
      64,
      70,
      76
    ],
    "lines": 240
  },
  "rules": [
    {
      "kind": "private_key",
      "pattern": "-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}(?:PRIVATE KEY(?: BLOCK)?|PGP MESSAGE|MESSAGE)-----[^\\n]*?(?:-----END [A-Z0-9 ]{1,60}-----|$)",
      "trace": "private key|pgp message|-----begin"
    },
    {
      "kind": "private_key",
      "pattern": "AGE-SECRET-KEY-1[A-Z0-9]{20,100}",
      "trace": "age-secret-key-"
    },
    {
      "kind": "jwt",
      "pattern": "(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4096}\\.[A-Za-z0-9_-]{8,4096}(?:\\.[A-Za-z0-9_-]{0,4096})*",
      "trace": "eyj"
    },
    {
      "kind": "aws_key",
      "pattern": "(?<![A-Za-z0-9_])(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9_])",
      "trace": "akia|asia|aroa|aida"
    },
    {
      "kind": "service_token",
      "pattern": "(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|imt)-[A-Za-z0-9_=.-]{16,255}|xox[a-z](?:\\.xox[a-z])?-[A-Za-z0-9-]{10,255}|xapp-[0-9]-[A-Za-z0-9-]{10,255}|sk-[A-Za-z0-9_-]{20,255}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9+/=]{16,255}|AIza[A-Za-z0-9_-]{30,60}|ya29\\.[A-Za-z0-9_.-]{20,1024}|GOCSPX-[A-Za-z0-9_-]{20,60}|1//0[A-Za-z0-9_-]{30,255}|npm_[A-Za-z0-9]{30,60}|pypi-[A-Za-z0-9_-]{30,512}|hf_[A-Za-z0-9]{20,60}|api_org_[A-Za-z0-9]{20,60}|SG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,128}|key-[0-9a-f]{32}|[0-9a-f]{32}-us[0-9]{1,2}|SK[0-9a-f]{32}|hv[sbr]\\.[A-Za-z0-9_-]{20,255}|s\\.[A-Za-z0-9]{24}(?![A-Za-z0-9.])|do[opr]_v1_[0-9a-f]{32,128}|[0-9]{8,12}:AA[A-Za-z0-9_-]{30,40}|HRKU-[A-Za-z0-9_-]{20,80}|shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}|sq0[a-z]{3}-[A-Za-z0-9_-]{20,60}|EAA[A-Za-z0-9]{40,255}|dapi[0-9a-f]{32}(?:-[0-9])?|lin_api_[A-Za-z0-9]{30,60}|ntn_[A-Za-z0-9]{30,60}|secret_[A-Za-z0-9]{40,60}|ATATT3[A-Za-z0-9_=-]{30,255}|ATBB[A-Za-z0-9]{24,40}|figd_[A-Za-z0-9_-]{30,60}|glsa_[A-Za-z0-9_]{30,60}|glc_[A-Za-z0-9+/=]{30,400}|NRAK-[A-Z0-9]{20,40}|sntry[su]_[A-Za-z0-9_+/=-]{30,400}|dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,60}|[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{40,80}|pul-[0-9a-f]{40}|FlyV1 [A-Za-z0-9_+/=,-]{30,1024}|sbp_[0-9a-f]{40}|nfp_[A-Za-z0-9]{30,60}|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{30,80}|PMAK-[0-9a-f]{20,30}-[0-9a-f]{30,40}|rubygems_[0-9a-f]{40,64}|sl\\.[A-Za-z0-9_-]{60,255}|tskey-[a-z]{3,12}-[A-Za-z0-9-]{16,80}|CCI(?:PAT|PRJ)_[A-Za-z0-9_]{30,80}|bk(?:ua|pat)_[A-Za-z0-9]{30,60}|dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{30,80}|ops_eyJ[A-Za-z0-9_=-]{30,2048}|rzp_(?:live|test)_[A-Za-z0-9]{14,30}|r8_[A-Za-z0-9]{30,60}|gsk_[A-Za-z0-9]{30,80}|xai-[A-Za-z0-9]{40,100}|pplx-[A-Za-z0-9]{30,60}|lsv2_[a-z]{2}_[0-9a-f_]{30,60}|nvapi-[A-Za-z0-9_-]{40,80}|v\\^1\\.1#[A-Za-z0-9#^+/=]{30,1024}|AAAAAAAA[A-Za-z0-9%]{60,255}|IQoJ[A-Za-z0-9+/=%]{60,4096}|F(?:woG|QoG)[A-Za-z0-9+/=%]{60,4096}|[MNO][A-Za-z0-9]{23,26}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,40}|pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}|lin_oauth_[0-9a-f]{40,80}|oy2[a-z0-9]{43}|cio[A-Za-z0-9]{32}|tfp_[A-Za-z0-9_-]{40,80}|snyk_[a-z]{2,4}_[A-Za-z0-9_-]{30,80}|sq[apu]_[0-9a-f]{40}|AKCp[A-Za-z0-9]{10,100}|cmVmd[A-Za-z0-9]{59})",
      "trace": "gh[pousr]_|github_pat_|gl[a-z]{2,5}-|glsa_|glc_|xox[a-z]|xapp-|sk-|k_(?:live|test)_|whsec_|aiza|ya29\\.|gocspx-|1//0|npm_|pypi-|hf_|api_org_|sg\\.[a-z0-9_-]{16}|key-[0-9a-f]{32}|[0-9a-f]{8}-us[0-9]|sk[0-9a-f]{32}|hv[sbr]\\.|do[opr]_v1_|:aa[a-z0-9_-]{30}|hrku-|shp[a-z]{2}_|sq0[a-z]{3}-|eaa[a-z0-9]{40}|dapi[0-9a-f]{32}|lin_(?:api|oauth)_|ntn_|secret_[a-z0-9]{40}|atatt3|atbb|figd_|nrak-|sntry[su]_|dckr_|\\.atlasv1\\.|pul-[0-9a-f]|flyv1 |sbp_|nfp_|pscale_|pmak-|rubygems_|sl\\.[a-z0-9_-]{60}|tskey-|cci(?:pat|prj)_|bk(?:ua|pat)_|dp\\.[a-z]{2,5}\\.|ops_eyj|rzp_|r8_|gsk_|xai-|pplx-|lsv2_|nvapi-|v\\^1\\.1#|aaaaaaaa|iqoj|f(?:wo|qo)g|[mno][a-z0-9]{23,26}\\.[a-z0-9_-]{6}\\.|pat[a-z0-9]{14}\\.|oy2[a-z0-9]{43}|tfp_|snyk_|sq[apu]_|akcp|cmvmd| s\\.[a-z0-9]{24}"
    },
    {
      "kind": "service_token",
      "pattern": "((?:hooks\\.slack\\.com/(?:services|workflows|triggers)/|discord(?:app)?\\.com/api/webhooks/[0-9]{1,24}/|webhook\\.office\\.com/webhookb2/|hooks\\.zapier\\.com/hooks/|chat\\.googleapis\\.com/[^ \\t?]{1,100}\\?|api\\.telegram\\.org/bot))(?!<secret>)[A-Za-z0-9_/@:%=&.-]{6,1024}",
      "trace": "hooks\\.slack\\.com|discord|webhook\\.office\\.com|hooks\\.zapier|hooks/|api\\.telegram\\.org"
    },
    {
      "kind": "authorization",
      "pattern": "(authorization[\"']?[ \\t]{0,4}(?:=>|[:=])[ \\t]{0,4}[\"']{0,2}\\[?[\"']?digest[ \\t]{1,4})(?!<secret>)[^\\r\\n]{1,2048}",
      "ignore_case": true,
      "trace": "authorization"
    },
    {
      "kind": "authorization",
      "pattern": "((?:proxy-)?authorization[\"'\\]]{0,2}[ \\t]{0,4}(?:=>|[:=]|%3A)[ \\t]{0,4}\\[?\\\\?[\"']?(?:(?:basic|bearer|token|negotiate|ntlm|apikey|api-key|key|aws4-hmac-sha256|hmac|oauth|jwt)(?:[ \\t]{1,4}|%20|\\+))?)(?!<secret>)(?!(?:basic|bearer|digest|token|negotiate|ntlm|apikey|api-key|key|aws4-hmac-sha256|hmac|oauth|jwt|failed|failure|required|error|is|not|denied|granted|successful|header|code|server|rules?|has|was|for|of|to|check|request|module|service|by|on|and|in|with|successful(?:ly)?)(?![A-Za-z0-9_-]))(?!\\[)[^ \\t\"',;\\]]{3,4096}",
      "ignore_case": true,
      "trace": "authorization|x-auth-token|x-api-key|x-vault-token|x-amz-security-token"
    },
    {
      "kind": "authorization",
      "pattern": "((?:bearer|basic)(?: {1,4}|%20))(?=[^ \\t]{0,256}?[0-9A-Z=])(?=[A-Za-z0-9._~+/-]{0,256}?[0-9=]|[A-Za-z0-9._~+/-]{20})[A-Za-z0-9._~+/-]{8,4096}={0,2}",
      "ignore_case": true,
      "trace": "bearer |basic |bearer%20"
    },
    {
      "kind": "cookie",
      "pattern": "(set-cookie2?[\"'\\]]{0,2}[ \\t]{0,4}(?:=>|[:=])[ \\t]{0,4}\\[?\\\\?[\"']?[A-Za-z0-9_.$-]{1,128}=)(?!<secret>)[^ \\t;\"']{1,4096}",
      "ignore_case": true,
      "trace": "cookie"
    },
    {
      "kind": "cookie",
      "pattern": "((?<![A-Za-z0-9_-])cookies?[\"'\\]]{0,2}[ \\t]{0,4}(?:=>|[:=])[ \\t]{0,4}\\[?\\\\?[\"']?)(?!<secret>)(?=[A-Za-z0-9_.$-]{1,128}=[^ \\t;\"',]{4})[^\"'\\r\\n\\]|]{5,4096}",
      "ignore_case": true,
      "trace": "cookie"
    },
    {
      "kind": "url_password",
      "pattern": "([A-Za-z][A-Za-z0-9+.-]{0,31}://[^ \\t/:@\"'<>]{0,256}(?::|%3A))(?!<secret>)[^ \\t/@\"'<>]{1,512}(?=@|%40)",
      "trace": "://"
    },
    {
      "kind": "url_password",
      "pattern": "([A-Za-z][A-Za-z0-9+.-]{0,31}://)(?=[A-Za-z0-9_-]{0,256}?[0-9])[A-Za-z0-9_-]{16,512}(?=@)",
      "trace": "://"
    },
    {
      "kind": "url_password",
      "pattern": "(jdbc:oracle:[a-z]{1,8}:[^ \\t/:@]{1,128}/)(?!<secret>)[^ \\t/@]{1,256}(?=@)",
      "ignore_case": true,
      "trace": "jdbc:"
    },
    {
      "kind": "sql_password",
      "pattern": "((?:identified[ \\t]{1,4}(?:with[ \\t]{1,4}[A-Za-z0-9_]{1,40}[ \\t]{1,4})?(?:by|as)[ \\t]{1,4}(?:password[ \\t]{1,4})?|(?:with|encrypted|unencrypted|set|user[ \\t]{1,4}[^ \\t]{1,64})[ \\t]{1,4}(?:encrypted[ \\t]{1,4})?password[ \\t]{0,4}=?[ \\t]{0,4}|password\\()(?:N)?)(?![\"']?<secret>)(?:\"[^\"]{1,256}\"|'[^']{1,256}')",
      "ignore_case": true,
      "trace": "identified|password '|password \"|password\\(|encrypted by|password {0,4}=? {0,4}n?['\"]"
    },
    {
      "kind": "url_password",
      "pattern": "((?<![A-Za-z0-9_.-])[A-Za-z0-9_.-]{1,64}:)(?!<secret>)[^ \\t/@:]{1,256}(?=@(?:tcp|udp|unix)\\()",
      "trace": "@(?:tcp|udp|unix)\\("
    },
    {
      "kind": "option",
      "pattern": "(:[ \\t]{1,4}(?:PSK|EAP|XAUTH)[ \\t]{1,4})(?!\"?<secret>)<Q>",
      "trace": "(?:psk|eap|xauth) \""
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t/\"'=(])snmp[a-z]{2,12}(?=[ \\t])(?:[ \\t]{1,4}(?!-c)[^ \\t]{1,128}){0,12}?[ \\t]{1,4}-c[ \\t]{0,4})(?!<secret>)<BARE>",
      "trace": "snmp[a-z]{2,12} [^\\n]{0,256}-c"
    },
    {
      "kind": "password_hash",
      "pattern": "\\$(?:1|2[abxy]?|5|6|7|y|gy|argon2(?:id|i|d)|scrypt|pbkdf2[a-z0-9-]{0,16})\\$[A-Za-z0-9./$=,+-]{16,512}",
      "trace": "\\$(?:[12567y]|gy|argon|scrypt|pbkdf)"
    },
    {
      "kind": "private_key",
      "pattern": "(Private-(?:MAC|Hash):[ \\t]{0,4})[0-9a-f]{32,128}",
      "trace": "private-(?:mac|hash)"
    },
    {
      "kind": "named_value",
      "pattern": "(<NAME><SUFFIX>(?:\\\\{0,7}[\"'`]{1,2}\\]?|\\][\"']?|%5D|&quot;|%22)?[ \\t]{0,4}(?:=>|:=|->|==?|:(?!:)|%3D|%3A|&#61;)[ \\t]{0,4}(?:string\\([0-9]{1,6}\\) )?)(?!string\\()(?![\"']?<secret>)<PROSE>(?:<Q>|<BARE>)",
      "ignore_case": true,
      "trace": "(?:pass|pw|secret|token|credential|psk|key|code|pin|cvv|cvc|otp|senha|kennwort|wachtwoord|\u5bc6\u7801|\u5bc6\u78bc)[a-z0-9_-]{0,24}(?:\\\\{0,7}[\"'`]{1,2}\\]?|\\][\"']?|%5d|&quot;|%22)?[ \\t]{0,4}(?:[=:]|->|%3d|%3a|&#61;)"
    },
    {
      "kind": "named_value",
      "pattern": "(<NAME><SUFFIX>\\\\?\";s:[0-9]{1,6}:\\\\?\")(?!<secret>)[^\"]{1,1024}",
      "ignore_case": true,
      "trace": ";s:[0-9]{1,6}:"
    },
    {
      "kind": "named_value",
      "pattern": "((?:name|key|id)=[\"'][^\"'<>]{0,64}?<NAME><SUFFIX>[\"'][^<>]{0,64}>[ \\t]{0,4})(?!<secret>)<PROSE>[^< \\t][^<]{0,511}(?=</)",
      "ignore_case": true,
      "trace": "(?:name|key|id)=[\"'][^\"'<>]{0,64}(?:pass|pw|secret|token|credential|psk|key|code)"
    },
    {
      "kind": "named_value",
      "pattern": "([\"']<NAME><SUFFIX>[\"'],[ \\t]{0,4})(?=[\"'][^\"']{0,64}[0-9])(?:\"[^\"]{6,1024}\"|'[^']{6,1024}')",
      "ignore_case": true,
      "trace": "(?:pass|pw|secret|token|credential|key)[a-z0-9_-]{0,24}[\"'],"
    },
    {
      "kind": "option",
      "pattern": "((?:pre-shared-key|key-string|(?:radius|tacacs)-server[ \\t][^\\n]{1,128}?[ \\t]key|snmp-server[ \\t]{1,4}community|neighbor[ \\t]{1,4}[^ \\t]{1,64}[ \\t]{1,4}password|ppp[ \\t]{1,4}(?:chap|pap)[ \\t][^\\n]{0,64}?password|bindpw|requirepass|masterauth|plain-text-password-value|login[ \\t]{1,4}[^ \\t]{1,128}[ \\t]{1,4}password)[ \\t]{1,4}(?:[0-9][ \\t]{1,4})?)(?![0-9][ \\t])(?![\"']?<secret>)<PROSE>(?=[^ \\t]{4})(?:<Q>|<BARE>)",
      "ignore_case": true,
      "trace": "(?:pre-shared-key|key-string|-server[^\\n]{1,128}key|community|neighbor[^\\n]{1,80}password|ppp[^\\n]{1,80}password|bindpw|requirepass|masterauth|password-value|login[^\\n]{1,140}password) "
    },
    {
      "kind": "authorization",
      "pattern": "(AUTH[ \\t]{1,4}(?:PLAIN|LOGIN)[ \\t]{1,4})[A-Za-z0-9+/]{8,1024}={0,2}",
      "trace": "auth {1,4}(?:plain|login) "
    },
    {
      "kind": "authorization",
      "pattern": "((?:^|[ \\t>])[A-Za-z]{1,4}[0-9]{1,6}[ \\t]LOGIN[ \\t]{1,4}[^ \\t]{1,128}[ \\t]{1,4})(?!\"?<secret>)(?:<Q>|[^ \\t\"]{1,256})",
      "trace": "[0-9] login "
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t/\"'=(])(?:lftp[ \\t][^\\n]{0,128}?-u[ \\t]{0,4}[^ \\t,]{1,128},|sqlplus[ \\t]{1,4}(?:-[A-Za-z][ \\t]{1,4}){0,4}[A-Za-z0-9_]{1,64}/|vault[ \\t]{1,4}login[ \\t]{1,4}|net[ \\t]{1,4}use[ \\t][^\\n]{0,16}?\\\\\\\\[^ \\t]{1,128}[ \\t]{1,4}))(?![/-])(?!<secret>)[^ \\t@\"']{1,256}",
      "trace": "lftp |sqlplus |vault login |net use "
    },
    {
      "kind": "named_value",
      "pattern": "(<(?:[A-Za-z0-9_.-]{1,32}:)?[A-Za-z0-9_.-]{0,32}?<NAME><SUFFIX>(?:[ \\t][^<>]{0,256})?>[ \\t]{0,4}(?:<!\\[CDATA\\[)?)(?!<secret>)[^< \\t][^<]{0,511}(?=</|\\]\\]>)",
      "ignore_case": true,
      "trace": "<[a-z0-9_.:-]{0,64}(?:pass|pwd|secret|token|credential|psk|key|code|pin)"
    },
    {
      "kind": "named_value",
      "pattern": "((?:name|key|id)[ \\t]{0,2}[=:][ \\t]{0,2}[\"']?[A-Za-z0-9_.-]{0,32}?<NAME><SUFFIX>[\"']?[ \\t]{0,2},?[ \\t]{1,4}[\"']?value[\"']?[ \\t]{0,2}[=:][ \\t]{0,2})(?![\"']?<secret>)(?:<Q>|<BARE>)",
      "ignore_case": true,
      "trace": "(?:pass|pwd|secret|token|credential|psk|key|code)[^ ]{0,16} {1,4}[\"']?value"
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t\"'\\[,(])--?(?:[a-z0-9]{1,16}-){0,3}(?:(?:key|store|src|dest)?pass(?:word|wd|phrase|code)?|pwd|secret|token|credentials?|(?:api|access|secret|private|auth|encryption|account|shared)-?key|psk|passin|passout|auth-?token)(?:[\"']?,[ \\t]{0,4}|[\"']?[ \\t]{1,4}|=))(?![\"']?<secret>)(?!-)<PROSE>(?:<Q>|<BARE>)",
      "ignore_case": true,
      "trace": "--?[a-z0-9-]{0,24}(?:pass|pwd|secret|token|key|credential|psk|auth)[a-z-]{0,8}[\"',]{0,2}[ =,\"']"
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t])/(?:p|pass|password|pwd|rp):)(?!<secret>)[^ \\t\"']{1,256}",
      "ignore_case": true,
      "trace": " /(?:p|rp|pass|password|pwd):"
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t/\"'=])(?:mysql[a-z_]{0,12}|mariadb[a-z-]{0,12}|mycli|sshpass|7z[ar]?|unrar|rar)(?=[ \\t])(?:[ \\t]{1,4}(?!-h?p)[^ \\t]{1,128}){0,12}?[ \\t]{1,4}-h?p)(?!<secret>)(?=[^ \\t\"'-])[^ \\t\"']{1,256}",
      "trace": "(?:mysql[a-z_]{0,12}|mariadb[a-z-]{0,12}|mycli|sshpass|7z[ar]?|rar) [^\n]{0,512}-h?p[^ ]"
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t/\"'=])(?:mysql[a-z_]{0,12}|mariadb[a-z-]{0,12}|7z[ar]?|rar)(?=[ \\t])(?:[ \\t]{1,4}(?!-p)[^ \\t]{1,128}){0,12}?[ \\t]{1,4}-p)(?!<secret>)<Q>",
      "trace": "(?:(?:mysql|mariadb)[a-z-]{0,12}|7z[ar]?|rar) [^\n]{0,512}-p['\"]"
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t/\"'=(])(?:sshpass|(?:docker|podman|skopeo|buildah|nerdctl|helm|az|oc)[ \\t]{1,4}(?:[a-z]{1,16}[ \\t]{1,4}){0,2}?login|mongo[a-z]{0,8}|useradd|usermod|rabbitmqadmin|influx|cqlsh|psexec|rdesktop|htdigest)(?=[ \\t])(?:[ \\t]{1,4}(?!-p[ \\t])[^ \\t]{1,128}){0,12}?[ \\t]{1,4}-p[ \\t]{1,4})(?![\"']?<secret>)(?!-)(?:<Q>|<BARE>)",
      "trace": "(?:sshpass|login|mongo[a-z]{0,8}|useradd|usermod|rabbitmqadmin|influx|cqlsh|psexec|rdesktop|htdigest) [^\n]{0,512}-p "
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t/\"'=(])(?:sqlcmd|ipmitool|(?:un)?zip|mosquitto_[a-z]{3}|bcp|[it]sql)(?=[ \\t])(?:[ \\t]{1,4}(?!-P)[^ \\t]{1,128}){0,12}?[ \\t]{1,4}-P[ \\t]{0,4})(?![\"']?<secret>)(?!-)(?:<Q>|<BARE>)",
      "trace": "(?:sqlcmd|ipmitool|zip|mosquitto_[a-z]{3}|bcp|[it]sql) [^\n]{0,512}-p"
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t/\"'=(])(?:ldap[a-z]{3,10}(?=[ \\t])(?:[ \\t]{1,4}(?!-w)[^ \\t]{1,128}){0,12}?[ \\t]{1,4}-w|redis-cli(?=[ \\t])(?:[ \\t]{1,4}(?!-a[ \\t])[^ \\t]{1,128}){0,8}?[ \\t]{1,4}-a)[ \\t]{1,4})(?![\"']?<secret>)(?!-)(?:<Q>|<BARE>)",
      "trace": "(?:ldap[a-z]{3,10}|redis-cli) [^\n]{0,512}-[aw] "
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t/\"'=(])(?:curl|smbclient|smbget|rpcclient|https?)(?=[ \\t])(?:[ \\t]{1,4}(?!-u|-U|-a|--user|--proxy-user)[^ \\t]{1,256}){0,12}?[ \\t]{1,4}(?:-[A-Za-z]{0,4}[uU]|-a|--user|--proxy-user)(?:[ \\t]{1,4}|=)?[\"']?[^ \\t:%\"']{1,128}[:%])(?!<secret>)[^ \\t\"']{1,256}",
      "trace": "(?:curl|https?|smbclient|smbget|rpcclient) [^\n]{0,512}-[^ ]{0,12}(?:u|a|user)[ =]{0,4}[^ ]{1,64}[:%]"
    },
    {
      "kind": "option",
      "pattern": "((?:^|[ \\t/\"'=(])(?:htpasswd[ \\t]{1,4}-[A-Za-z]{0,6}b[A-Za-z]{0,6}[ \\t]{1,4}[^ \\t]{1,256}[ \\t]{1,4}[^ \\t]{1,128}|htpasswd[ \\t]{1,4}-n[A-Za-z]{0,4}b[ \\t]{1,4}[^ \\t]{1,128}|wpa_passphrase[ \\t]{1,4}[^ \\t]{1,64}|net[ \\t]{1,4}user[ \\t]{1,4}[^ \\t/]{1,128}|rabbitmqctl[ \\t]{1,4}(?:add_user|change_password)[ \\t]{1,4}[^ \\t]{1,128})[ \\t]{1,4})(?![\"']?<secret>)(?![/-])(?:<Q>|<BARE>)",
      "trace": "(?:htpasswd|wpa_passphrase|net {1,4}user|add_user|change_password) "
    },
    {
      "kind": "option",
      "pattern": "((?:wifi[ \\t]{1,4}connect[ \\t][^\\n]{1,128}?|nmcli[ \\t][^\\n]{1,128}?|net[ \\t][^\\n]{1,60}?|set[ \\t]{1,4}|username[ \\t]{1,4}[^ \\t]{1,64}[ \\t]{1,4}(?:privilege[ \\t][0-9]{1,2}[ \\t]{1,4})?|enable[ \\t]{1,4})(?:password|passphrase|secret|psk)[ \\t]{1,4}(?:[0-9][ \\t]{1,4})?)(?![0-9][ \\t])(?![\"']?<secret>)<PROSE>(?:<Q>|<BARE>)",
      "ignore_case": true,
      "trace": "(?:connect|nmcli|net|set|username|enable) [^\n]{0,128}(?:password|passphrase|secret|psk) "
    },
    {
      "kind": "option",
      "pattern": "((?:-pass(?:in|out)?[ \\t]{1,4}|--pass(?:in|out)?[= ]))pass:[^ \\t\"']{1,256}",
      "trace": "pass:"
    },
    {
      "kind": "option",
      "pattern": "((?:echo|printf)[ \\t]{1,4}(?:-[a-z]{1,3}[ \\t]{1,4})?[\"']?[A-Za-z0-9_.-]{1,64}:)(?!<secret>)[^ \\t\"'|]{1,256}(?=[\"'\\\\n]{0,4}[ \\t]{0,4}\\|[ \\t]{0,4}(?:sudo[ \\t]{1,4})?chpasswd)",
      "trace": "chpasswd"
    },
    {
      "kind": "option",
      "pattern": "((?:echo|printf|<<<)[ \\t]{1,4}[\"']?)(?!<secret>)[^ \\t\"'|]{1,256}(?=[\"'\\\\n]{0,4}[ \\t]{0,4}\\|[ \\t]{0,4}sudo[ \\t]{1,4}(?:-S|--stdin))",
      "trace": "sudo -s|sudo --stdin"
    },
    {
      "kind": "option",
      "pattern": "(configure[ \\t]{1,4}set[ \\t]{1,4}(?:aws_secret_access_key|aws_session_token)[ \\t]{1,4})(?!<secret>)[^ \\t]{1,256}",
      "trace": "configure set|config set"
    },
    {
      "kind": "long_value",
      "pattern": "((?:key|auth|session(?:[_-]?id)?|sid|sessid|cookie|sig(?:nature)?|nonce|jwt|hmac|assertion|ticket|csrf[a-z_-]{0,16}|xsrf[a-z_-]{0,16}|__viewstate|oauth_[a-z]{1,12})(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3D)[ \\t]{0,4}\\\\?[\"']?)(?=[A-Za-z+/_%-]{0,128}[0-9])(?=[0-9+/_%-]{0,128}[A-Za-z])[A-Za-z0-9+/_%-]{20,2048}={0,2}",
      "ignore_case": true,
      "trace": "key[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|auth[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|session[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|sid[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|cookie[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|sig[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|nonce[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|code[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|state[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|ticket[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|jwt[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|hmac[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|bearer[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|assertion[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|csrf[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|xsrf[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|viewstate[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)|authenticity[a-z0-9_-]{0,12}(?:\\\\?[\"'])?[ \\t]{0,4}(?:=>|[:=]|%3d)"
    },
    {
      "kind": "digest_response",
      "pattern": "((?<![A-Za-z0-9_])response=[\"']?)[0-9a-f]{32,128}",
      "ignore_case": true,
      "trace": "response="
    },
    {
      "kind": "card_number",
      "pattern": "(?<![A-Za-z0-9_.:/-])(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6(?:011|2[0-9]{2}|5[0-9]{2}|4[4-9][0-9])|35[2-8][0-9])([ -]?)[0-9]{4}\\1[0-9]{4}\\1[0-9]{4}(?![A-Za-z0-9_-]|[.:][0-9])",
      "check": "luhn",
      "mark": "<card>",
      "keeps": false,
      "trace": "[2-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}"
    },
    {
      "kind": "card_number",
      "pattern": "(?<![A-Za-z0-9_.:/-])3[47][0-9]{2}([ -]?)[0-9]{6}\\1[0-9]{5}(?![A-Za-z0-9_-]|[.:][0-9])",
      "check": "luhn",
      "mark": "<card>",
      "keeps": false,
      "trace": "3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}"
    },
    {
      "kind": "iban",
      "pattern": "(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])",
      "check": "mod97",
      "mark": "<iban>",
      "keeps": false,
      "trace": "(?:^|[^a-z0-9])[a-z]{2}[0-9]{2} ?[a-z0-9]{4} ?[a-z0-9]{4} ?[a-z0-9]{3}"
    },
    {
      "kind": "email",
      "pattern": "(?<![A-Za-z0-9_.+\\u00a1-\\ud7ff-])(?=[^@]{1,256}@)[A-Za-z0-9_.+\\u00a1-\\ud7ff-]{1,256}@(?!(?:[A-Za-z0-9-]{1,64}\\.){1,8}(?:service|socket|slice|scope|timer|mount|device|target|path|swap)(?![A-Za-z0-9_]))(?![A-Za-z0-9_.-]{1,256}\\) \\([^ \\t]{0,64}(?:gcc|clang))(?:[A-Za-z0-9\\u00a1-\\ud7ff-]{1,64}\\.){1,8}[A-Za-z\\u00a1-\\ud7ff]{2,24}(?![A-Za-z0-9_])",
      "mark": "<email>",
      "keeps": false,
      "trace": "[^ ]@[^ ]{1,64}\\.[^ ]"
    },
    {
      "kind": "email",
      "pattern": "(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,256}%40(?:[A-Za-z0-9\\u00a1-\\ud7ff-]{1,64}\\.){1,8}[A-Za-z\\u00a1-\\ud7ff]{2,24}(?![A-Za-z0-9_])",
      "mark": "<email>",
      "keeps": false,
      "trace": "%40"
    },
    {
      "kind": "ip",
      "pattern": "(?<![0-9A-Za-z_.])(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?![0-9A-Za-z_]|\\.[0-9])",
      "mark": "<ip>",
      "keeps": false,
      "option": "ip",
      "trace": "[0-9]\\.[0-9]"
    },
    {
      "kind": "ip",
      "pattern": "(?<![0-9A-Za-z_:.])(?=[0-9A-Fa-f:]{0,40}(?:::|(?:[0-9A-Fa-f]{1,4}:){7}))(?:[0-9A-Fa-f]{1,4}:){0,7}:?(?::?[0-9A-Fa-f]{1,4}){1,7}(?:%[A-Za-z0-9]{1,16})?(?![0-9A-Za-z_:])",
      "mark": "<ip>",
      "keeps": false,
      "option": "ip",
      "trace": "[0-9a-f]:[0-9a-f]{0,4}:|::[0-9a-f]"
    },
    {
      "kind": "mac",
      "pattern": "(?<![0-9A-Za-z:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\\1){4}[0-9A-Fa-f]{2}(?![0-9A-Za-z:-])",
      "mark": "<mac>",
      "keeps": false,
      "option": "mac",
      "trace": "[0-9a-f]{2}[:-][0-9a-f]{2}[:-]"
    },
    {
      "kind": "host",
      "pattern": "^((?:[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[^ ]{8,32}) )(?!<host>)[A-Za-z0-9_.-]{1,255}(?= [^ :\\[]{1,64}(?:\\[[0-9]{1,10}\\])?:)",
      "mark": "<host>",
      "option": "host",
      "trace": "[0-9]:[0-9]"
    },
    {
      "kind": "host",
      "pattern": "((?<![A-Za-z])(?:r|l|hostname|server|node|peer|remote)?_?host(?:name)?=[\"']?)(?!<host>)(?=[A-Za-z])[A-Za-z0-9_.-]{1,255}",
      "mark": "<host>",
      "option": "host",
      "ignore_case": true,
      "trace": "host"
    },
    {
      "kind": "host",
      "pattern": "(?<![A-Za-z0-9_./@-])(?:[a-z0-9-]{1,63}\\.){1,6}(?:com|org|net|edu|gov|io|dev|local|lan|internal|intranet|home|arpa|corp|example|invalid|test|de|fi|uk|fr|nl|eu|us|jp|cn|ru|br|tw|it|pl|cz|ch|at|se|no|dk)(?![A-Za-z0-9_-]|\\.[A-Za-z0-9])",
      "mark": "<host>",
      "keeps": false,
      "option": "host",
      "ignore_case": true,
      "trace": "\\.[a-z]{2}"
    },
    {
      "kind": "user",
      "pattern": "((?:for(?: invalid user| illegal user)?|for user|user(?:name)?|by) )(?!<user>|invalid |illegal |user |unknown)[A-Za-z0-9_.$-]{1,64}(?= from | by |\\(uid=| at |;| on | logged|$)",
      "mark": "<user>",
      "option": "user",
      "ignore_case": true,
      "trace": " for | by |user"
    },
    {
      "kind": "user",
      "pattern": "((?<![A-Za-z])(?:[rle]?user(?:name)?|login|logname|account|acct)[\"']?[ \\t]{0,2}[=:][ \\t]{0,2}[\"']?)(?!<user>)(?=[A-Za-z0-9_])[A-Za-z0-9_.$@-]{1,64}",
      "mark": "<user>",
      "option": "user",
      "ignore_case": true,
      "trace": "user|login|uid=|account"
    },
    {
      "kind": "user",
      "pattern": "(/(?:home|Users)/)(?!<user>)[A-Za-z0-9_.-]{1,64}",
      "mark": "<user>",
      "option": "user",
      "trace": "/home/|/users/"
    },
    {
      "kind": "user",
      "pattern": "(sudo(?:\\[[0-9]{1,10}\\])?:[ \\t]{1,8})(?!<user>|pam_)[A-Za-z0-9_.-]{1,64}(?= : )",
      "mark": "<user>",
      "option": "user",
      "trace": "sudo"
    },
    {
      "kind": "user",
      "pattern": "(uid=[0-9]{1,10}\\()(?!<user>)[A-Za-z0-9_.-]{1,64}(?=\\))",
      "mark": "<user>",
      "option": "user",
      "trace": "uid=[0-9]{1,10}\\("
    }
  ]
};

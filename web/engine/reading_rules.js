// How lines are wrapped and what a time looks like. What follows the "=" is JSON: service/reading/rules.py reads it too.
// A name in angle brackets stands for the pattern of that name in "parts"; "TIMES" for any of "times".

// prettier-ignore
const READING_RULES = {
  "cri": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2}) (stdout|stderr) ([PF])(?::[^ ]*)?(?: |$)",
  "syslog": "^<(?:[0-9]|[1-9][0-9]|1[0-8][0-9]|19[01])>(?:1 (?=[0-9]{4}-|- ))?",
  "docker_keys": ["log", "stream", "time"],
  "parts": {
    "CLOCK": "[0-9][0-9]?:[0-9][0-9](?::[0-9][0-9](?:[.,][0-9]{1,9})?)?",
    "ZONE": "(?: ?(?:[Zz]|UTC|GMT|WES?T|CES?T|EES?T|BST|IST|MSK|[ECMP][SD]T|JST|KST|HKT|SGT|A[CEW][SD]T|NZ[SD]T|SAST|BRT|ART|[+-][0-9][0-9]:?(?:[0-9][0-9])?)(?![A-Za-z0-9_:]))?",
    "DAY": "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
    "MONTH": "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
    "LEVEL": "(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)"
  },
  "times": [
    "[0-9]{4}-[0-9][0-9]-[0-9][0-9][Tt_ -]<CLOCK><ZONE>",
    "[0-9]{4}-[0-9][0-9]-[0-9][0-9]-[0-9][0-9]\\.[0-9][0-9]\\.[0-9][0-9](?:\\.[0-9]{1,9})?",
    "[0-9]{8}T[0-9]{4}(?:[0-9][0-9](?:[.,][0-9]{1,9})?)?<ZONE>",
    "[0-9]{4}/[0-9][0-9]?/[0-9][0-9]? <CLOCK><ZONE>",
    "[0-9]{4}\\.[0-9][0-9]\\.[0-9][0-9][ -]<CLOCK><ZONE>",
    "[0-9][0-9]?\\.[0-9][0-9]?\\.[0-9]{4},? <CLOCK><ZONE>",
    "[0-9][0-9]?/[0-9][0-9]?/[0-9]{4},? <CLOCK>(?: ?[AaPp][Mm])?<ZONE>",
    "[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]\\.[0-9]{3,6}",
    "[0-9]{6} [ 0-9][0-9]:[0-9][0-9]:[0-9][0-9]",
    "[0-9][0-9]:[0-9][0-9]:[0-9][0-9][.,][0-9]{3,9}<ZONE>",
    "(?:<DAY>,? )?<MONTH> [ 0-9]?[0-9] (?:[0-9]{4} )?<CLOCK>(?:<ZONE> [0-9]{4}(?![0-9])|<ZONE>)",
    "<DAY>,? [0-9][0-9]? <MONTH> [0-9]{4} <CLOCK><ZONE>",
    "[0-9][0-9]?[/ -]<MONTH>[/ -][0-9]{4}[: ]<CLOCK><ZONE>",
    "1[0-9]{9}(?:[0-9]{3}|[0-9]{6}|[0-9]{9})?(?:\\.[0-9]{1,9})?"
  ],
  "at_start": [
    "[ \\t]*(?:\\[TIMES\\]|\\(TIMES\\)|TIMES(?![A-Za-z0-9_.,-]|:[0-9]))[ \\t]*",
    "\\[ {0,8}[0-9]{1,8}\\.[0-9]{6}\\][ \\t]*",
    "([IWEF])[01][0-9][0-3][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]\\.[0-9]{6}(?=[ \\t])",
    "([0-9]{1,8}:[XCSM] |\\[?<LEVEL>\\]?[:,]?[ \\t]{1,4}|<[0-9]{1,3}>(?:1 )?)\\[?TIMES\\]?(?![A-Za-z0-9_.,-]|:[0-9])[ \\t]*",
    "((?:[^ \\[\\]]{1,256} ){1,5})\\[TIMES\\] ?",
    "(\\{[ \\t]{0,4})\"(?:@?timestamp|time|ts|t|date|datetime)\"[ \\t]{0,2}:[ \\t]{0,2}(?:\"TIMES\"|TIMES)[ \\t]{0,2},?[ \\t]{0,2}",
    "(?:@?timestamp|time|ts|t|date|datetime)=(?:\"TIMES\"|TIMES(?![A-Za-z0-9_.,-]|:[0-9]))[ \\t]*"
  ]
};

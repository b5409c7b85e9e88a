BEGIN TRANSACTION;
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL REFERENCES sources (id),
    number INTEGER NOT NULL,   -- counts the blocks of this source from 1
    bytes INTEGER NOT NULL,    -- of the text in UTF-8
    bytes_end INTEGER NOT NULL,-- the source's bytes_ever when the block was last added to
    lines INTEGER NOT NULL,
    ids TEXT NOT NULL,         -- ranges of line ids: '1-40 52-75'
    text TEXT NOT NULL,        -- the lines, joined by newlines
    UNIQUE (source, number)
) STRICT;
INSERT INTO "blocks" VALUES(1,1,1,1280,1280,64,'1-64','00 alpha fan slow ok
01 bravo fan fast ok
02 delta fan slow ok
03 alpha fan slow ok
04 bravo fan fast ok
05 delta fan slow ok
06 alpha fan fast ok
07 bravo fan slow ok
08 delta fan slow ok
09 alpha fan fast ok
10 bravo fan slow ok
11 delta fan fast ok
12 alpha fan slow ok
13 bravo fan slow ok
14 delta fan fast ok
15 alpha fan slow ok
16 bravo fan fast ok
17 delta fan slow ok
18 alpha fan slow ok
19 bravo fan fast ok
20 delta fan slow ok
21 alpha fan fast ok
22 bravo fan slow ok
23 delta fan slow ok
24 alpha fan fast ok
25 bravo fan slow ok
26 delta fan fast ok
27 alpha fan slow ok
28 bravo fan slow ok
29 delta fan fast ok
30 alpha fan slow ok
31 bravo fan fast ok
32 delta fan slow ok
33 alpha fan slow ok
34 bravo fan fast ok
35 delta fan slow ok
36 alpha fan fast ok
37 bravo fan slow ok
38 delta fan slow ok
39 alpha fan fast ok
40 bravo fan slow ok
41 delta fan fast ok
42 alpha fan slow ok
43 bravo fan slow ok
44 delta fan fast ok
45 alpha fan slow ok
46 bravo fan fast ok
47 delta fan slow ok
48 alpha fan slow ok
49 bravo fan fast ok
50 delta fan slow ok
51 alpha fan fast ok
52 bravo fan slow ok
53 delta fan slow ok
54 alpha fan fast ok
55 bravo fan slow ok
56 delta fan fast ok
57 alpha fan slow ok
58 bravo fan slow ok
59 delta fan fast ok
00 alpha fan slow ok
01 bravo fan fast ok
02 delta fan slow ok
03 alpha fan slow ok');
INSERT INTO "blocks" VALUES(2,1,2,1280,2560,64,'65-128','04 bravo fan fast ok
05 delta fan slow ok
06 alpha fan fast ok
07 bravo fan slow ok
08 delta fan slow ok
09 alpha fan fast ok
10 bravo fan slow ok
11 delta fan fast ok
12 alpha fan slow ok
13 bravo fan slow ok
14 delta fan fast ok
15 alpha fan slow ok
16 bravo fan fast ok
17 delta fan slow ok
18 alpha fan slow ok
19 bravo fan fast ok
20 delta fan slow ok
21 alpha fan fast ok
22 bravo fan slow ok
23 delta fan slow ok
24 alpha fan fast ok
25 bravo fan slow ok
26 delta fan fast ok
27 alpha fan slow ok
28 bravo fan slow ok
29 delta fan fast ok
30 alpha fan slow ok
31 bravo fan fast ok
32 delta fan slow ok
33 alpha fan slow ok
34 bravo fan fast ok
35 delta fan slow ok
36 alpha fan fast ok
37 bravo fan slow ok
38 delta fan slow ok
39 alpha fan fast ok
40 bravo fan slow ok
41 delta fan fast ok
42 alpha fan slow ok
43 bravo fan slow ok
44 delta fan fast ok
45 alpha fan slow ok
46 bravo fan fast ok
47 delta fan slow ok
48 alpha fan slow ok
49 bravo fan fast ok
50 delta fan slow ok
51 alpha fan fast ok
52 bravo fan slow ok
53 delta fan slow ok
54 alpha fan fast ok
55 bravo fan slow ok
56 delta fan fast ok
57 alpha fan slow ok
58 bravo fan slow ok
59 delta fan fast ok
00 alpha fan slow ok
01 bravo fan fast ok
02 delta fan slow ok
03 alpha fan slow ok
04 bravo fan fast ok
05 delta fan slow ok
06 alpha fan fast ok
07 bravo fan slow ok');
INSERT INTO "blocks" VALUES(3,1,3,1280,3840,64,'129-192','08 delta fan slow ok
09 alpha fan fast ok
10 bravo fan slow ok
11 delta fan fast ok
12 alpha fan slow ok
13 bravo fan slow ok
14 delta fan fast ok
15 alpha fan slow ok
16 bravo fan fast ok
17 delta fan slow ok
18 alpha fan slow ok
19 bravo fan fast ok
20 delta fan slow ok
21 alpha fan fast ok
22 bravo fan slow ok
23 delta fan slow ok
24 alpha fan fast ok
25 bravo fan slow ok
26 delta fan fast ok
27 alpha fan slow ok
28 bravo fan slow ok
29 delta fan fast ok
30 alpha fan slow ok
31 bravo fan fast ok
32 delta fan slow ok
33 alpha fan slow ok
34 bravo fan fast ok
35 delta fan slow ok
36 alpha fan fast ok
37 bravo fan slow ok
38 delta fan slow ok
39 alpha fan fast ok
40 bravo fan slow ok
41 delta fan fast ok
42 alpha fan slow ok
43 bravo fan slow ok
44 delta fan fast ok
45 alpha fan slow ok
46 bravo fan fast ok
47 delta fan slow ok
48 alpha fan slow ok
49 bravo fan fast ok
50 delta fan slow ok
51 alpha fan fast ok
52 bravo fan slow ok
53 delta fan slow ok
54 alpha fan fast ok
55 bravo fan slow ok
56 delta fan fast ok
57 alpha fan slow ok
58 bravo fan slow ok
59 delta fan fast ok
00 alpha fan slow ok
01 bravo fan fast ok
02 delta fan slow ok
03 alpha fan slow ok
04 bravo fan fast ok
05 delta fan slow ok
06 alpha fan fast ok
07 bravo fan slow ok
08 delta fan slow ok
09 alpha fan fast ok
10 bravo fan slow ok
11 delta fan fast ok');
INSERT INTO "blocks" VALUES(4,1,4,1280,5120,64,'193-256','12 alpha fan slow ok
13 bravo fan slow ok
14 delta fan fast ok
15 alpha fan slow ok
16 bravo fan fast ok
17 delta fan slow ok
18 alpha fan slow ok
19 bravo fan fast ok
20 delta fan slow ok
21 alpha fan fast ok
22 bravo fan slow ok
23 delta fan slow ok
24 alpha fan fast ok
25 bravo fan slow ok
26 delta fan fast ok
27 alpha fan slow ok
28 bravo fan slow ok
29 delta fan fast ok
30 alpha fan slow ok
31 bravo fan fast ok
32 delta fan slow ok
33 alpha fan slow ok
34 bravo fan fast ok
35 delta fan slow ok
36 alpha fan fast ok
37 bravo fan slow ok
38 delta fan slow ok
39 alpha fan fast ok
40 bravo fan slow ok
41 delta fan fast ok
42 alpha fan slow ok
43 bravo fan slow ok
44 delta fan fast ok
45 alpha fan slow ok
46 bravo fan fast ok
47 delta fan slow ok
48 alpha fan slow ok
49 bravo fan fast ok
50 delta fan slow ok
51 alpha fan fast ok
52 bravo fan slow ok
53 delta fan slow ok
54 alpha fan fast ok
55 bravo fan slow ok
56 delta fan fast ok
57 alpha fan slow ok
58 bravo fan slow ok
59 delta fan fast ok
00 alpha fan slow ok
01 bravo fan fast ok
02 delta fan slow ok
03 alpha fan slow ok
04 bravo fan fast ok
05 delta fan slow ok
06 alpha fan fast ok
07 bravo fan slow ok
08 delta fan slow ok
09 alpha fan fast ok
10 bravo fan slow ok
11 delta fan fast ok
12 alpha fan slow ok
13 bravo fan slow ok
14 delta fan fast ok
15 alpha fan slow ok');
INSERT INTO "blocks" VALUES(5,1,5,1280,6400,64,'257-320','16 bravo fan fast ok
17 delta fan slow ok
18 alpha fan slow ok
19 bravo fan fast ok
20 delta fan slow ok
21 alpha fan fast ok
22 bravo fan slow ok
23 delta fan slow ok
24 alpha fan fast ok
25 bravo fan slow ok
26 delta fan fast ok
27 alpha fan slow ok
28 bravo fan slow ok
29 delta fan fast ok
30 alpha fan slow ok
31 bravo fan fast ok
32 delta fan slow ok
33 alpha fan slow ok
34 bravo fan fast ok
35 delta fan slow ok
36 alpha fan fast ok
37 bravo fan slow ok
38 delta fan slow ok
39 alpha fan fast ok
40 bravo fan slow ok
41 delta fan fast ok
42 alpha fan slow ok
43 bravo fan slow ok
44 delta fan fast ok
45 alpha fan slow ok
46 bravo fan fast ok
47 delta fan slow ok
48 alpha fan slow ok
49 bravo fan fast ok
50 delta fan slow ok
51 alpha fan fast ok
52 bravo fan slow ok
53 delta fan slow ok
54 alpha fan fast ok
55 bravo fan slow ok
56 delta fan fast ok
57 alpha fan slow ok
58 bravo fan slow ok
59 delta fan fast ok
00 alpha fan slow ok
01 bravo fan fast ok
02 delta fan slow ok
03 alpha fan slow ok
04 bravo fan fast ok
05 delta fan slow ok
06 alpha fan fast ok
07 bravo fan slow ok
08 delta fan slow ok
09 alpha fan fast ok
10 bravo fan slow ok
11 delta fan fast ok
12 alpha fan slow ok
13 bravo fan slow ok
14 delta fan fast ok
15 alpha fan slow ok
16 bravo fan fast ok
17 delta fan slow ok
18 alpha fan slow ok
19 bravo fan fast ok');
INSERT INTO "blocks" VALUES(6,1,6,1280,7680,64,'321-384','20 delta fan slow ok
21 alpha fan fast ok
22 bravo fan slow ok
23 delta fan slow ok
24 alpha fan fast ok
25 bravo fan slow ok
26 delta fan fast ok
27 alpha fan slow ok
28 bravo fan slow ok
29 delta fan fast ok
30 alpha fan slow ok
31 bravo fan fast ok
32 delta fan slow ok
33 alpha fan slow ok
34 bravo fan fast ok
35 delta fan slow ok
36 alpha fan fast ok
37 bravo fan slow ok
38 delta fan slow ok
39 alpha fan fast ok
40 bravo fan slow ok
41 delta fan fast ok
42 alpha fan slow ok
43 bravo fan slow ok
44 delta fan fast ok
45 alpha fan slow ok
46 bravo fan fast ok
47 delta fan slow ok
48 alpha fan slow ok
49 bravo fan fast ok
50 delta fan slow ok
51 alpha fan fast ok
52 bravo fan slow ok
53 delta fan slow ok
54 alpha fan fast ok
55 bravo fan slow ok
56 delta fan fast ok
57 alpha fan slow ok
58 bravo fan slow ok
59 delta fan fast ok
00 alpha fan slow ok
01 bravo fan fast ok
02 delta fan slow ok
03 alpha fan slow ok
04 bravo fan fast ok
05 delta fan slow ok
06 alpha fan fast ok
07 bravo fan slow ok
08 delta fan slow ok
09 alpha fan fast ok
10 bravo fan slow ok
11 delta fan fast ok
12 alpha fan slow ok
13 bravo fan slow ok
14 delta fan fast ok
15 alpha fan slow ok
16 bravo fan fast ok
17 delta fan slow ok
18 alpha fan slow ok
19 bravo fan fast ok
20 delta fan slow ok
21 alpha fan fast ok
22 bravo fan slow ok
23 delta fan slow ok');
INSERT INTO "blocks" VALUES(7,1,7,320,8000,16,'385-400','24 alpha fan fast ok
25 bravo fan slow ok
26 delta fan fast ok
27 alpha fan slow ok
28 bravo fan slow ok
29 delta fan fast ok
30 alpha fan slow ok
31 bravo fan fast ok
32 delta fan slow ok
33 alpha fan slow ok
34 bravo fan fast ok
35 delta fan slow ok
36 alpha fan fast ok
37 bravo fan slow ok
38 delta fan slow ok
39 alpha fan fast ok');
CREATE TABLE counters (only INTEGER PRIMARY KEY CHECK (only = 1), newest_id INTEGER NOT NULL,
    settled_file INTEGER NOT NULL) STRICT;
INSERT INTO "counters" VALUES(1,400,2);
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL REFERENCES sources (id),
    path TEXT,
    device TEXT NOT NULL,      -- as text: both may exceed SQLite's signed 64 bits
    inode TEXT NOT NULL,
    size INTEGER NOT NULL,
    compressed INTEGER NOT NULL,
    position INTEGER NOT NULL,
    head_length INTEGER NOT NULL,
    head_hash BLOB NOT NULL,
    tail_hash BLOB NOT NULL,
    torn_length INTEGER NOT NULL,
    torn_hash BLOB NOT NULL,
    skipping INTEGER NOT NULL,
    born INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    pattern TEXT NOT NULL,
    copy_of INTEGER,           -- a row that may since have been forgotten
    doubt INTEGER NOT NULL
) STRICT;
INSERT INTO "files" VALUES(1,1,'/srv/logling-example/logs/app.log.1','65024','1501527',3150,0,3150,1024,X'4D473C301C72FB202C3C2EB333B92891',X'2262FF341E3414DA544CA219113A1AD1',0,X'',0,1795456640776394200,1772359200000000000,'/srv/logling-example/logs/app.log*',NULL,0);
INSERT INTO "files" VALUES(2,1,'/srv/logling-example/logs/app.log','65024','1501528',5250,0,5250,1024,X'DCC4B4AF64EEEEF2D99B565597F28303',X'81A7718D5BCD613999843DA21348CA3E',0,X'',0,1795456640780022228,1772362800000000000,'/srv/logling-example/logs/app.log*',NULL,0);
CREATE TABLE journals (
    source INTEGER PRIMARY KEY REFERENCES sources (id),
    cursor TEXT NOT NULL,      -- of the entry read last; empty where only its time is known
    time INTEGER NOT NULL      -- of that entry, in microseconds since 1970
) STRICT;
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    family TEXT NOT NULL UNIQUE,
    bytes_ever INTEGER NOT NULL DEFAULT 0,
    blocks_ever INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "sources" VALUES(1,'/srv/logling-example/logs/app.log',8000,7);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('blocks',7);
INSERT INTO "sqlite_sequence" VALUES('files',2);
COMMIT;
PRAGMA user_version = 2;

#!/usr/bin/env python3
# usage: tests/bench/snomed_release.py FOLDER [CONCEPTS]   writes an RF2 snapshot of invented content, 350,000 concepts
"""A release of the size and shape of SNOMED CT's International Edition, in the true layout: 4.3
descriptions a concept in two dialects, 1.5 parents, 2 attributes in groups, a simple and an extended
map reference set, associations of what is retired. The words are made of syllables; nothing in it
means anything. The same numbers give the same files."""
import itertools
import pathlib
import random
import sys

DATE = "20260101"
CORE, MODEL = "900000000000207008", "900000000000012004"
FSN, SYNONYM = "900000000000003001", "900000000000013009"
US, GB = "900000000000509007", "900000000000508004"
PREFERRED, ACCEPTABLE = "900000000000548007", "900000000000549004"
PRIMITIVE, DEFINED = "900000000000074008", "900000000000073002"
ROOT, IS_A, INFERRED, SOME = "138875005", "116680003", "900000000000011006", "900000000000451002"
HISTORY, SIMPLE, MAP = "900000000000527005", "733990004", "447562003"
METADATA = [IS_A, FSN, SYNONYM, US, GB, PREFERRED, ACCEPTABLE, PRIMITIVE, DEFINED, CORE, MODEL, HISTORY, SIMPLE, MAP,
            "900000000000550004", "900000000000534007"]
COMMON = ["id", "effectiveTime", "active", "moduleId"]
MEMBER = COMMON + ["refsetId", "referencedComponentId"]


def vocabulary(rng, count):
    syllables = [a + b for a in ["b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl"]
                 for b in ["a", "e", "i", "o", "u", "al", "er", "in", "on"]]
    words = set()
    while len(words) < count:
        words.add("".join(rng.choices(syllables, k=rng.randint(2, 4))))
    return sorted(words)


class Release:
    def __init__(self, folder, concepts, seed=1):
        self.folder, self.count = pathlib.Path(folder), concepts
        self.rng = random.Random(seed)
        words = vocabulary(self.rng, 30_000)
        self.rng.shuffle(words)
        self.words = words
        self.weights = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(words))))
        self.ids = [f"{1_000_000 + i}005" for i in range(concepts)]
        self.attributes = self.ids[1:61]

    def file(self, name, columns):
        path = self.folder / "Snapshot" / name.format(date=DATE)
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "w", encoding="utf-8", buffering=1 << 20)
        file.write("\t".join(columns) + "\n")
        return file

    def term(self):
        return " ".join(self.rng.choices(self.words, cum_weights=self.weights, k=self.rng.randint(3, 6)))

    def write(self):
        self.write_concepts()
        self.write_descriptions()
        self.write_relationships()
        self.write_reference_sets()

    def write_concepts(self):
        with self.file("Terminology/sct2_Concept_Snapshot_INT_{date}.txt", COMMON + ["definitionStatusId"]) as out:
            for i in METADATA + [ROOT]:
                out.write(f"{i}\t20020131\t1\t{MODEL}\t{PRIMITIVE}\n")
            for n, i in enumerate(self.ids):
                out.write(f"{i}\t{20020131 + n % 20 * 10000}\t1\t{CORE}\t{DEFINED if n % 3 == 0 else PRIMITIVE}\n")
            for n in range(self.count // 3):  # what is retired
                out.write(f"{8_000_000 + n}005\t20150131\t0\t{CORE}\t{PRIMITIVE}\n")

    def write_descriptions(self):
        columns = COMMON + ["conceptId", "languageCode", "typeId", "term", "caseSignificanceId"]
        number = itertools.count(1_000_000)
        with self.file("Terminology/sct2_Description_Snapshot-en_INT_{date}.txt", columns) as out, \
                self.file("Refset/Language/der2_cRefset_LanguageSnapshot-en_INT_{date}.txt",
                          MEMBER + ["acceptabilityId"]) as languages:
            def put(concept, term, kind, acceptability):
                i = f"{next(number)}011"
                out.write(f"{i}\t20190731\t1\t{CORE}\t{concept}\ten\t{kind}\t{term}\t900000000000448009\n")
                for dialect in (US, GB):
                    languages.write(f"{i}-{dialect}-0000-0000\t20190731\t1\t{CORE}\t{dialect}\t{i}\t{acceptability}\n")
            for i in METADATA + [ROOT]:
                put(i, f"Metadata {i}", SYNONYM, PREFERRED)
            for i in self.ids:
                name = self.term()
                put(i, f"{name} (finding)", FSN, PREFERRED)
                put(i, name, SYNONYM, PREFERRED)
                for _ in range(self.rng.choice((1, 2, 2, 3, 3))):
                    put(i, self.term(), SYNONYM, ACCEPTABLE)

    def write_relationships(self):
        columns = COMMON + ["sourceId", "destinationId", "relationshipGroup", "typeId", "characteristicTypeId", "modifierId"]
        rng, number = self.rng, itertools.count(1_000_000)
        with self.file("Terminology/sct2_Relationship_Snapshot_INT_{date}.txt", columns) as out:
            def put(source, destination, group, kind):
                out.write(f"{next(number)}025\t20190731\t1\t{CORE}\t{source}\t{destination}\t{group}\t{kind}\t{INFERRED}\t{SOME}\n")
            for i in METADATA:
                put(i, ROOT, 0, IS_A)
            for n, i in enumerate(self.ids):
                if n < 20:
                    put(i, ROOT, 0, IS_A)
                    continue
                first = rng.randrange(n)
                parents = {first}
                while rng.random() < 0.33 and len(parents) < 4:
                    parents.add(max(0, first - rng.randrange(1, 50)))
                for parent in parents:
                    put(i, self.ids[parent], 0, IS_A)
                for attribute in range(rng.randrange(5)):
                    put(i, self.ids[rng.randrange(self.count)], 1 + attribute // 2, rng.choice(self.attributes))

    def write_reference_sets(self):
        rng = self.rng
        with self.file("Refset/Content/der2_Refset_SimpleSnapshot_INT_{date}.txt", MEMBER) as out:
            for n, i in enumerate(self.ids[::7]):
                out.write(f"s{n}\t20190731\t1\t{CORE}\t{SIMPLE}\t{i}\n")
        with self.file("Refset/Content/der2_cRefset_AssociationSnapshot_INT_{date}.txt", MEMBER + ["targetComponentId"]) as out:
            for n in range(self.count // 3):
                out.write(f"a{n}\t20190731\t1\t{CORE}\t{HISTORY}\t{8_000_000 + n}005\t{rng.choice(self.ids)}\n")
        columns = MEMBER + ["mapGroup", "mapPriority", "mapRule", "mapAdvice", "mapTarget", "correlationId", "mapCategoryId"]
        with self.file("Refset/Map/der2_iisssccRefset_ExtendedMapSnapshot_INT_{date}.txt", columns) as out:
            for n, i in enumerate(self.ids[::3]):
                code = f"{chr(65 + n % 26)}{n % 100:02}.{n % 10}"
                out.write(f"m{n}\t20190731\t1\t{CORE}\t{MAP}\t{i}\t1\t1\tTRUE\tALWAYS {code}\t{code}\t447561005\t447637006\n")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    Release(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 350_000).write()

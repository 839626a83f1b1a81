#!/usr/bin/env python3
# usage: tests/bench/drug_and_lab_releases.py FOLDER [SCALE]   writes releases of RxNorm and LOINC of invented content
"""Releases of the size and shape of RxNorm with all its sources (RXNCONSO 1 million rows, RXNSAT 6
million, RXNREL 5 million in both directions) and of LOINC (100,000 codes, their parts, answer lists and
hierarchy), in the true layouts; SCALE of 0.1 makes a tenth of them. The words are made of syllables;
nothing in them means anything. The same numbers give the same files."""
import pathlib
import random
import sys

from snomed_release import vocabulary

SOURCES = ["RXNORM", "RXNORM", "MTHSPL", "GS", "MMSL", "NDDF", "VANDF", "SNOMEDCT_US", "ATC"]
TYPES = {"RXNORM": ["SCD", "SBD", "IN", "SCDC", "SY", "PSN"]}
RELATIONS = [("isa", "inverse_isa"), ("has_ingredient", "ingredient_of"), ("consists_of", "constitutes"),
             ("tradename_of", "has_tradename"), ("has_dose_form", "dose_form_of")]
AXES = ["COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP"]


def open_file(folder, name):
    path = pathlib.Path(folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "w", encoding="utf-8", buffering=1 << 20)


def write_rxnorm(folder, scale=1.0):
    rng = random.Random(2)
    words = vocabulary(rng, 20_000)
    concepts = int(250_000 * scale)

    def name():
        return " ".join(rng.choices(words, k=rng.randint(2, 5))) + f" {rng.randrange(1000)} MG"

    with open_file(folder, "RXNCONSO.RRF") as out:
        for n in range(concepts):
            for a in range(4):
                source = "RXNORM" if a == 0 else rng.choice(SOURCES)
                kind = "SCD" if a == 0 else rng.choice(TYPES.get(source, ["DP", "PT"]))
                out.write(f"{n + 1}|ENG||||||{n * 4 + a}|{n * 4 + a}|{n + 1}||{source}|{kind}|{source[0]}{n * 3 + a}|"
                          f"{name()}||N|4096|\n")
    with open_file(folder, "RXNSAT.RRF") as out:
        for n in range(concepts):
            for a in range(24):
                source, attribute, value = (("RXNORM", "NDC", f"{rng.randrange(10**11):011}") if a < 2 else
                                            ("RXNORM", "RXN_STRENGTH", f"{a} MG") if a < 3 else ("MTHSPL", "SPL_SET_ID", f"{n}-{a}"))
                out.write(f"{n + 1}||||AUI|{n}|||{attribute}|{source}|{value}|N|4096|\n")
    with open_file(folder, "RXNREL.RRF") as out:
        for n in range(1, concepts):
            for _ in range(5):
                to, (relation, inverse) = rng.randrange(n), rng.choice(RELATIONS)
                out.write(f"{to + 1}||CUI|RN|{n + 1}||CUI|{relation}|||RXNORM||||||\n")
                out.write(f"{n + 1}||CUI|RB|{to + 1}||CUI|{inverse}|||RXNORM||||||\n")
            for a in range(10):  # between atoms, which are passed over
                out.write(f"|{n * 4}|AUI|RO||{n * 4 + a % 4}|AUI||||MTHSPL||||||\n")
    with open_file(folder, "RXNSTY.RRF") as out:
        out.writelines(f"{n + 1}|T121|A1.4.1|Invented Substance|AT1||\n" for n in range(concepts))
    with open_file(folder, "RXNSAB.RRF") as out:
        out.write("C1|C2|RXNORM_26AA_260105F|RXNORM|RxNorm||26AA_260105F|\n")


def write_loinc(folder, scale=1.0):
    rng = random.Random(3)
    words = vocabulary(rng, 20_000)
    codes, parts, lists = int(100_000 * scale), int(60_000 * scale), int(4_000 * scale)

    def term(least=1, most=4):
        return " ".join(rng.choices(words, k=rng.randint(least, most)))

    part_names = [term(1, 3) for _ in range(parts)]
    with open_file(folder, "LoincTable/Loinc.csv") as out:
        columns = ["LOINC_NUM"] + AXES + ["CLASS", "VersionLastChanged", "STATUS", "CONSUMER_NAME", "SHORTNAME",
                                          "ORDER_OBS", "LONG_COMMON_NAME", "DisplayName", "VersionFirstReleased"]
        out.write(",".join(f'"{c}"' for c in columns) + "\n")
        for n in range(codes):
            fields = [f"{n + 1}-{n % 10}"] + [part_names[rng.randrange(parts)] for _ in AXES]
            fields += ["CHEM", "2.80", "ACTIVE", "", term(1, 2), "Both", term(3, 8), term(2, 4), "1.0"]
            out.write(",".join(f'"{f}"' for f in fields) + "\n")
    with open_file(folder, "AccessoryFiles/PartFile/Part.csv") as out:
        out.write('"PartNumber","PartTypeName","PartName","PartDisplayName","Status"\n')
        out.writelines(f'"LP{n}-1","COMPONENT","{name}","{name} part","ACTIVE"\n' for n, name in enumerate(part_names))
    with open_file(folder, "AccessoryFiles/PartFile/LoincPartLink_Primary.csv") as out:
        out.write('"LoincNumber","LongCommonName","PartNumber","PartName","PartTypeName"\n')
        for n in range(codes):
            for kind in ("COMPONENT", "PROPERTY", "TIME", "SYSTEM", "SCALE"):
                part = rng.randrange(parts)
                out.write(f'"{n + 1}-{n % 10}","","LP{part}-1","{part_names[part]}","{kind}"\n')
    with open_file(folder, "AccessoryFiles/AnswerFile/AnswerList.csv") as out:
        out.write('"AnswerListId","AnswerListName","AnswerListOID","AnswerStringId","DisplayText","LocalAnswerCode"\n')
        for n in range(lists):
            for a in range(10):
                out.write(f'"LL{n}-1","{term()}","1.2.{n}","LA{rng.randrange(lists * 5)}-1","{term()}","{a}"\n')
    with open_file(folder, "AccessoryFiles/AnswerFile/LoincAnswerListLink.csv") as out:
        out.write('"LoincNumber","AnswerListId","AnswerListName"\n')
        out.writelines(f'"{n + 1}-{n % 10}","LL{rng.randrange(lists)}-1",""\n' for n in range(0, codes, 5))
    with open_file(folder, "AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv") as out:
        out.write('"PATH_TO_ROOT","SEQUENCE","IMMEDIATE_PARENT","CODE","CODE_TEXT"\n')
        for n in range(parts):
            out.write(f'"",1,"{f"LP{(n - 1) // 6}-1" if n else ""}","LP{n}-1","{part_names[n]}"\n')
        for n in range(codes):
            out.write(f'"",1,"LP{rng.randrange(parts)}-1","{n + 1}-{n % 10}",""\n')


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    SCALE = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    write_rxnorm(pathlib.Path(sys.argv[1]) / "rxnorm", SCALE)
    write_loinc(pathlib.Path(sys.argv[1]) / "loinc", SCALE)

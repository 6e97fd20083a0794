"""Judged search data: products and graded judgements of queries, from a folder of compressed CSV files."""

import csv
import gzip
import io
from dataclasses import dataclass, field

csv.field_size_limit(10**8)


@dataclass
class Judged:
    products: list = field(default_factory=list)      # (name, brand, category, description)
    judgements: dict = field(default_factory=dict)    # query_id -> (query, {product number: gain})
    numbers: dict = field(default_factory=dict)       # product id of the data -> product number, from 1

    def product(self, key, name, brand="", category="", description=""):
        self.numbers[key] = len(self.products) + 1
        self.products.append((name or "-", brand, category, description))

    def judge(self, query_id, query, key, gain):
        if key in self.numbers:
            self.judgements.setdefault(int(query_id), (query, {}))[1][self.numbers[key]] = gain


def rows(folder, file):
    with gzip.open(folder / file, "rt", encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def graded(relevance, least):
    return 2 ** (float(relevance) - least) - 1


def esci(folder):
    data = Judged()
    for row in rows(folder, "esci_sample/products.csv.gz"):
        data.product(row["product_id"], row["title"], row["brand"], row["category"],
                     " ".join((row["bullet_points"], row["description"], row["color"])))
    gains = {"E": 1, "S": 0.1, "C": 0.01, "I": 0}
    for row in rows(folder, "esci_sample/judgements.csv.gz"):
        data.judge(row["query_id"], row["query"], row["product_id"], gains[row["label"]])
    return data


def icecat(folder):
    data = Judged()
    for row in rows(folder, "icecat/products.csv.gz"):
        data.product(row["product_id"], row["title"] or row["name"], row["brand"], "", row["short_description"])
    for row in rows(folder, "icecat/judgements.csv.gz"):
        data.judge(row["query_id"], row["query"], row["product_id"], graded(row["rating"], 0))
    return data


def home_depot(folder):
    data = Judged()
    for row in rows(folder, "home_depot/products.csv.gz"):
        data.product(row["product_id"], row["title"])
    for row in rows(folder, "home_depot/judgements.csv.gz"):
        data.judge(row["query_id"], row["query"], row["product_id"], graded(row["relevance"], 1))
    return data


def crowdflower(folder):
    data = Judged()
    for row in rows(folder, "crowdflower/products.csv.gz"):
        data.product(row["product_id"], row["title"], description=row["description"])
    for row in rows(folder, "crowdflower/judgements.csv.gz"):
        data.judge(row["query_id"], row["query"], row["product_id"], graded(row["relevance"], 1))
    return data


def titles(folder):
    """The two largest catalogs together: names and brands alone, queries of Home Depot."""
    data = home_depot(folder)
    for row in rows(folder, "bestbuy_retrotech/products.csv.gz"):
        data.product("b" + row["product_id"], row["name"], row["manufacturer"])
    return data


SETS = {"esci": esci, "icecat": icecat, "home_depot": home_depot, "crowdflower": crowdflower, "titles": titles}


def misspell(query, chance):
    """One random edit: in a word of four or more letters one is dropped, put in, replaced or swapped with what follows."""
    places = [i for i in range(len(query)) if query[i].isalpha() and len(word_at(query, i)) >= 4]
    misspelt = query
    while places and misspelt == query:
        misspelt = edit_at(query, chance.choice(places), chance)
    return misspelt


def edit_at(query, at, chance):
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    edit = chance.randrange(4)
    if edit == 0:
        return query[:at] + query[at + 1:]
    if edit == 1:
        return query[:at] + letter + query[at:]
    if edit == 2:
        return query[:at] + letter + query[at + 1:]
    return query[:at] + query[at + 1:at + 2] + query[at] + query[at + 2:]


def word_at(text, at):
    start = end = at
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return text[start:end]


def copy_line(values):
    return "\t".join(str(v).replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ").replace("\0", "") if v != "" else "\\N"
                     for v in values) + "\n"

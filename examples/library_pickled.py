"""A lending library of classes and dataclasses, saved with pickle and loaded again."""

import pickle
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from pathlib import Path

Condition = Enum("Condition", ["FINE", "WORN"])


@dataclass(frozen=True, order=True)
class Book:
    """A copy on the shelf."""

    title: str
    year: int
    condition: Condition = Condition.FINE


class Library:
    """Books and who has them.  Pickles without its index, which it builds again."""

    def __init__(self, *books: Book) -> None:
        self.__setstate__({"books": sorted(books), "due": {}})

    def __getstate__(self) -> dict[str, object]:
        return {"books": self.books, "due": self.due}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.books: list[Book]
        self.due: dict[Book, tuple[str, date]]
        self.__dict__.update(state)
        self._index = {book.title: book for book in self.books}

    def lend(self, title: str, reader: str, day: date) -> None:
        """Give a book to a reader for three weeks."""
        self.due[self._index[title]] = reader, day + timedelta(weeks=3)


if __name__ == "__main__":
    library = Library(
        Book("Ulysses", 1922, Condition.WORN), Book("Dune", 1965), Book("Emma", 1815)
    )
    library.lend("Dune", "Ada", date(2026, 3, 2))
    library.lend("Emma", "Grace", date(2026, 3, 20))

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "library.pickle")
        file.write_bytes(pickle.dumps(library))
        loaded: Library = pickle.loads(file.read_bytes())  # noqa: S301  # our own file

    print(*(f"{book.title} ({book.year}, {book.condition})" for book in loaded.books))
    for book, (reader, day) in loaded.due.items():
        print(f"{reader} brings back {book.title} by {day}")
    print(
        "same books:", loaded.books == library.books, "- class:", type(loaded).__name__
    )

"""Constants as Web IDL has them: on the class and on each instance, and not to be changed."""

from __future__ import annotations


class Constant:
    """A constant of the class and of its instances, which neither lets anyone change."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type | None = None) -> int:
        return self.value

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeError(f"{self.name} is a constant, {self.value}")


class Interface(type):
    """Keeps the constants of the class itself from being assigned to."""

    def __setattr__(cls, name: str, value: object) -> None:
        constant = vars(cls).get(name)
        if isinstance(constant, Constant):
            constant.__set__(None, value)
        super().__setattr__(name, value)

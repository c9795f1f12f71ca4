"""An object that changes its class between two uses in one iteration is looked at again."""


class Cat:
    legs = 4

    def __init__(self):
        self.name = "x"

    def speak(self, other):
        return 1

    def turn(self):
        self.__class__ = Dog


class Dog:
    legs = 5

    def speak(self, other):
        return 10

    def turn(self):
        self.__class__ = Cat


def run(n):
    pet = Cat()
    total = 0
    for i in range(n):
        total += pet.speak(pet) + pet.legs
        if i % 100 > 97:
            pet.turn()
        total += pet.speak(pet) * 100 + pet.legs + len(pet.name)
        total += isinstance(pet, Cat)
    return total


print(run(1500))


def attribute_of_another_class(n):
    a, b = Cat(), Cat()
    total = 0
    for i in range(n):
        total += a.legs
        if i == n - 50:
            b.__class__ = Dog
            a = b
        total += a.legs + b.legs * 10
        if i == n - 20:
            Dog.legs = 7
    return total


print(attribute_of_another_class(1000))

"""From plain data to Python values: the way back of `lerp_values`."""

import re

import lerp_values


class Decoder:
    """Makes the values again; numbers parts in the order in which the encoder met them."""

    def __init__(self):
        self._parts = []

    def decode(self, data):
        if isinstance(data, str):
            return {"none": None, "ellipsis": Ellipsis, "notimplemented": NotImplemented}[data]
        ((tag, held),) = data.items()
        return getattr(self, f"_{tag}")(held)

    def _all(self, items):
        return [self.decode(item) for item in items]

    def _bool(self, held):
        return held

    def _int(self, held):
        return int(held, 0)

    def _float(self, held):
        return float(held)

    def _complex(self, held):
        return complex(*map(float, held))

    def _str(self, held):
        return held

    def _surrogates(self, held):
        return bytes.fromhex(held).decode("utf-8", "surrogatepass")

    def _bytes(self, held):
        return bytes.fromhex(held)

    def _bytearray(self, held):
        return self._part(bytearray.fromhex(held))

    def _part(self, value):
        self._parts.append(value)
        return value

    def _back(self, held):
        return self._parts[held]

    def _global(self, held):
        return lerp_values.lookup(held)

    def _list(self, held):
        return self._fill_list(self._part([]), held)

    def _fill_list(self, value, held):
        for item in held:
            list.append(value, self.decode(item))
        return value

    def _tuple(self, held):
        return tuple(self._all(held))

    def _set(self, held):
        value = self._part(set())
        value.update(self._all(held))
        return value

    def _frozenset(self, held):
        return frozenset(self._all(held))

    def _dict(self, held):
        return self._fill_dict(self._part({}), held)

    def _fill_dict(self, value, held):
        for key, part in held:
            dict.__setitem__(value, self.decode(key), self.decode(part))
        return value

    def _range(self, held):
        return range(*map(int, held))

    def _slice(self, held):
        return slice(*self._all(held))

    def _enum(self, held):
        return lerp_values.lookup(held[0])[held[1]]

    def _iterator(self, held):
        return iter(self._all(held[0]))

    def _made(self, held):
        kind = re.compile if held[0] == "re:Pattern" else lerp_values.lookup(held[0])
        return kind(*self._all(held[1]))

    def _derived(self, held):
        kind, ((tag, content),) = lerp_values.lookup(held[0]), held[1].items()
        if tag == "list":
            value = self._fill_list(self._part(list.__new__(kind)), content)
        elif tag == "dict":
            value = self._fill_dict(self._part(dict.__new__(kind)), content)
        else:
            # its number comes before those of its items, and the items have to be there first
            at = len(self._parts)
            self._parts.append(None)
            base = {"tuple": tuple, "str": str, "surrogates": str, "int": int, "float": float}[tag]
            value = self._parts[at] = base.__new__(kind, self.decode(held[1]))
        return self._state(value, held[2])

    def _object(self, held):
        kind = lerp_values.lookup(held[0])
        return self._state(self._part(object.__new__(kind)), held[1])

    def _state(self, value, state):
        own, held = lerp_values.slots(type(value)), getattr(value, "__dict__", None)
        for name, part in state:
            if name in own:
                object.__setattr__(value, name, self.decode(part))
            else:
                held[name] = self.decode(part)
        return value

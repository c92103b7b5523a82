package org.pythonarium;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.pythonarium.MoneyType.Money;

/** Sends values of a type of its own to Python and back. */
final class MoneyProgram {

    private MoneyProgram() {}

    public static void main(String[] arguments) {
        PythonExecutioner.exec("""
                from decimal import Decimal
                class Money:
                    def __init__(self, amount, currency):
                        self.amount, self.currency = amount, currency
                    def __repr__(self):
                        return f'{self.amount} {self.currency}'
                """);
        Money price = new Money(new BigDecimal("9.50"), "EUR");
        PythonExecutioner.setVariable("prices", List.of(Map.of("a", price)));
        PythonExecutioner.exec("text = repr(prices)\nprices.append(Money(Decimal('1.5'), 'CHF'))");
        System.out.println(PythonExecutioner.getVariable("text", PythonTypes.STR).getValue());
        System.out.println(PythonExecutioner.getVariable("prices", PythonTypes.LIST).getValue());
        PythonExecutioner.exec("last = prices[-1]");
        System.out.println(PythonExecutioner.getVariable("last", PythonTypes.<Money>get("Money")).getValue());
        System.out.println(PythonTypes.getPythonTypeForJavaObject(price));
    }
}

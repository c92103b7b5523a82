package org.pythonarium;

import java.math.BigDecimal;
import java.util.List;

/** A type of a program's own, with its own way both ways; found by its entry under META-INF/services. */
public final class MoneyType extends PythonType<MoneyType.Money> {

    /** An amount in a currency; in Python, an object of the script's class Money. */
    public record Money(BigDecimal amount, String currency) {}

    /** For the service loader. */
    public MoneyType() {
        super("Money", Money.class);
    }

    @Override
    public PythonObject toPython(Money money) {
        return Python.eval("Money").call(money.amount(), money.currency());
    }

    @Override
    public Money toJava(PythonObject object) {
        List<?> parts = Python.eval("lambda money: [money.amount, money.currency]").call(object).toList();
        return new Money((BigDecimal) parts.get(0), (String) parts.get(1));
    }
}

package org.pythonarium.internal;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Objects of Java's that Python refers to, each by a number.
 *
 * <p>A number goes into Python inside a capsule, whose end gives it back ({@link Upcalls}); it is
 * used again then. Any thread may call these methods, attached or not: nothing here waits for
 * Python.
 */
final class Held {

    private static final Object LOCK = new Object();
    private static volatile AtomicReferenceArray<Object> objects = new AtomicReferenceArray<>(64);
    private static long[] capsules = new long[64]; // 0: none yet, or no more
    private static int[] free = new int[64];
    private static int freeCount;
    private static int count = 1; // 0 is no number: a capsule cannot hold it

    private Held() {}

    /** Takes an object in; returns its number. */
    static int add(Object object) {
        synchronized (LOCK) {
            int number = freeCount > 0 ? free[--freeCount] : count++;
            if (number == objects.length()) {
                objects = grown(objects);
                capsules = Arrays.copyOf(capsules, objects.length());
            }
            objects.setRelease(number, object);
            return number;
        }
    }

    /** Notes in which capsule of the main interpreter a number is; done before Python can drop that. */
    static void isIn(int number, long capsule) {
        synchronized (LOCK) {
            capsules[number] = capsule;
        }
    }

    /** Returns those capsules; the caller is attached to the main interpreter, so that they stay. */
    static long[] capsules() {
        synchronized (LOCK) {
            return Arrays.stream(capsules).filter(capsule -> capsule != 0).toArray();
        }
    }

    /** Returns the object of a number that was not given back. */
    static Object get(long number) {
        return objects.getAcquire((int) number);
    }

    /** Lets an object go. */
    static void remove(long number) {
        synchronized (LOCK) {
            objects.setRelease((int) number, null);
            capsules[(int) number] = 0;
            if (freeCount == free.length) {
                free = Arrays.copyOf(free, 2 * freeCount);
            }
            free[freeCount++] = (int) number;
        }
    }

    /** Returns how many objects are held. */
    static int size() {
        synchronized (LOCK) {
            return count - 1 - freeCount;
        }
    }

    private static AtomicReferenceArray<Object> grown(AtomicReferenceArray<Object> old) {
        AtomicReferenceArray<Object> larger = new AtomicReferenceArray<>(2 * old.length());
        for (int i = 0; i < old.length(); i++) {
            larger.setPlain(i, old.getPlain(i));
        }
        return larger;
    }
}

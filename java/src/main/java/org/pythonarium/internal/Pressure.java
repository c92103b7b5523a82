package org.pythonarium.internal;

import java.util.HashMap;
import java.util.Map;

/**
 * How much memory of Python's Java has on lease; used attached.
 *
 * <p>A lease that nobody uses any more ends when Java's collector finds it, and the collector
 * knows nothing of memory outside of its heap: it may be long in coming. So it is called once
 * much has come on lease, as the JDK does for its own direct memory. Memory that is on lease
 * several times counts once.
 */
final class Pressure {

    /** Bytes that may come on lease before the collector is called. */
    static final long LIMIT = Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4);

    private final Map<Long, Piece> pieces = new HashMap<>();
    private long bytes;
    private long bytesSince;

    private static final class Piece {
        private final long bytes;
        private int leases;

        Piece(long bytes) {
            this.bytes = bytes;
        }
    }

    /** Takes note of a lease of the memory at an address. */
    void add(long address, long size) {
        Piece piece = pieces.get(address);
        if (piece == null) {
            piece = new Piece(size);
            pieces.put(address, piece);
            bytes += size;
            bytesSince += size;
            if (bytesSince > Math.max(LIMIT, bytes / 2)) {
                bytesSince = 0;
                System.gc();
            }
        }
        piece.leases++;
    }

    /** Takes note of the end of a lease. */
    void remove(long address) {
        Piece piece = pieces.get(address);
        if (--piece.leases == 0) {
            pieces.remove(address);
            bytes -= piece.bytes;
            bytesSince = Math.max(0, bytesSince - piece.bytes);
        }
    }
}

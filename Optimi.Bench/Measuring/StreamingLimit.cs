using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Optimi.Bench;

/// <summary>
/// The floor under a step: a vectorised loop on all cores that reads one slab, reads and writes others, and adds once for each.
/// The best of several shapes, or it would be no limit. What it adds is zero, so that it can run over the slabs of an optimizer.
/// </summary>
internal sealed unsafe class StreamingLimit
{
    private static readonly int[] _parts = [Environment.ProcessorCount, 16, 64];

    private readonly nint _bytes;
    private readonly nint[] _slabs;
    private readonly Vector512<uint> _zero = Vector512.Create((uint)Environment.GetCommandLineArgs().Length / int.MaxValue);

    /// <summary>Takes slabs of equal length.</summary>
    /// <param name="bytes">Bytes of each.</param>
    /// <param name="slabs">The slab that is only read, and after it those that are read and written: one to four.</param>
    public StreamingLimit(long bytes, IReadOnlyList<nint> slabs)
    {
        _bytes = (nint)bytes / 4096 * 4096;
        _slabs = [.. slabs];
    }

    private interface ICount
    {
        static abstract int Value { get; }
    }

    private int Written => _slabs.Length - 1;

    /// <summary>Bytes per second of the best shape now.</summary>
    public double Measure()
    {
        Action<nint, nint>[] shapes = Written switch
        {
            1 => [Wide<One>, Narrow<One>],
            2 => [Wide<Two>, Narrow<Two>],
            3 => [Wide<Three>, Narrow<Three>],
            _ => [Wide<Four>, Narrow<Four>],
        };
        double best = shapes.Min(shape => _parts.Min(parts => Seconds(parts, shape)));
        return (double)_bytes * ((2 * Written) + 1) / best;
    }

    /// <summary>Bytes per second of a memory copy now, those read and those written.</summary>
    public double MeasureCopy()
    {
        void* target = NativeMemory.AlignedAlloc((nuint)_bytes, 4096);
        NativeMemory.Clear(target, (nuint)_bytes);
        double best = _parts.Min(parts => Seconds(
            parts,
            (from, to) => NativeMemory.Copy((void*)(_slabs[0] + from), (byte*)target + from, (nuint)(to - from))));
        NativeMemory.AlignedFree(target);
        return 2.0 * _bytes / best;
    }

    private double Seconds(int parts, Action<nint, nint> pass)
    {
        nint part = _bytes / parts / 4096 * 4096;
        var watch = Stopwatch.StartNew();
        Parallel.For(0, parts, i => pass(i * part, i == parts - 1 ? _bytes : (i + 1) * part));
        return watch.Elapsed.TotalSeconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Wide<TCount>(nint from, nint to)
        where TCount : ICount
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            Narrow<TCount>(from, to);
            return;
        }

        Vector512<uint> zero = _zero;
        byte* read = Slab(0), a = Slab(1), b = Slab(2), c = Slab(3), d = Slab(4);
        for (nint i = from; i < to; i += Vector512<byte>.Count)
        {
            Vector512<uint> x = Vector512.Load((uint*)(read + i)) & zero;
            (Vector512.Load((uint*)(a + i)) + x).Store((uint*)(a + i));
            if (TCount.Value > 1)
                (Vector512.Load((uint*)(b + i)) + x).Store((uint*)(b + i));
            if (TCount.Value > 2)
                (Vector512.Load((uint*)(c + i)) + x).Store((uint*)(c + i));
            if (TCount.Value > 3)
                (Vector512.Load((uint*)(d + i)) + x).Store((uint*)(d + i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Narrow<TCount>(nint from, nint to)
        where TCount : ICount
    {
        Vector256<uint> zero = _zero.GetLower();
        byte* read = Slab(0), a = Slab(1), b = Slab(2), c = Slab(3), d = Slab(4);
        for (nint i = from; i < to; i += Vector256<byte>.Count)
        {
            Vector256<uint> x = Vector256.Load((uint*)(read + i)) & zero;
            (Vector256.Load((uint*)(a + i)) + x).Store((uint*)(a + i));
            if (TCount.Value > 1)
                (Vector256.Load((uint*)(b + i)) + x).Store((uint*)(b + i));
            if (TCount.Value > 2)
                (Vector256.Load((uint*)(c + i)) + x).Store((uint*)(c + i));
            if (TCount.Value > 3)
                (Vector256.Load((uint*)(d + i)) + x).Store((uint*)(d + i));
        }
    }

    /// <summary>A slab; of those that a shape does not use, any.</summary>
    private byte* Slab(int index) => (byte*)_slabs[Math.Min(index, Written)];

    private readonly struct One : ICount
    {
        public static int Value => 1;
    }

    private readonly struct Two : ICount
    {
        public static int Value => 2;
    }

    private readonly struct Three : ICount
    {
        public static int Value => 3;
    }

    private readonly struct Four : ICount
    {
        public static int Value => 4;
    }
}

using System.Reflection;
using System.Runtime.CompilerServices;

namespace Optimi.Bench;

/// <summary>
/// The floor under a step: a loop that reads some slabs, reads and writes others, and adds once for each block. Compiled for
/// each number of slabs, so that nothing but loads, additions and stores is left in it.
/// </summary>
internal static unsafe class StreamLoop
{
    public const int MaxRead = 2;

    public const int MaxUpdated = 7;

    private static readonly MethodInfo _run = typeof(StreamLoop).GetMethod(nameof(Run), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Walks a range of all slabs.</summary>
    /// <param name="slabs"><see cref="MaxRead"/> slabs that are read, then <see cref="MaxUpdated"/> that are updated; of each kind
    /// those twice as wide come last. What is beyond the counts is not touched.</param>
    /// <param name="from">Where to start, in bytes of a narrow slab.</param>
    /// <param name="to">Where to end; a whole number of blocks later.</param>
    /// <param name="mask">Which bits of the sum of what is read are added to what is updated: none, unless for a test.</param>
    public delegate void Range(nint* slabs, nint from, nint to, uint mask);

    /// <summary>The loop for some slabs.</summary>
    /// <param name="block">What it loads and stores at a time.</param>
    /// <param name="read">How many slabs are read, and how many of them are wide.</param>
    /// <param name="updated">How many slabs are updated, and how many of them are wide.</param>
    public static Range Over(Type block, (int All, int Wide) read, (int All, int Wide) updated) => _run
        .MakeGenericMethod(block, Counts.Of(read.All), Counts.Of(read.Wide), Counts.Of(updated.All), Counts.Of(updated.Wide))
        .CreateDelegate<Range>();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TBlock, TRead, TWideRead, TUpdated, TWideUpdated>(nint* slabs, nint from, nint to, uint mask)
        where TBlock : unmanaged, IStreamBlock<TBlock>
        where TRead : Counts.ICount
        where TWideRead : Counts.ICount
        where TUpdated : Counts.ICount
        where TWideUpdated : Counts.ICount
    {
        TBlock bits = TBlock.Splat(mask);
        byte* q = (byte*)slabs[0], r = (byte*)slabs[1];
        byte* a = (byte*)slabs[2], b = (byte*)slabs[3], c = (byte*)slabs[4], d = (byte*)slabs[5], e = (byte*)slabs[6], f = (byte*)slabs[7];
        byte* g = (byte*)slabs[8];
        TBlock total = bits;
        for (nint i = from; i < to; i += TBlock.Bytes)
        {
            TBlock x = TRead.Value == 0 ? TBlock.Splat(0) : Sum<TBlock>(q, i, TRead.Value <= TWideRead.Value);
            if (TRead.Value > 1)
                x = TBlock.Add(x, Sum<TBlock>(r, i, TWideRead.Value > 0));
            if (TUpdated.Value == 0)
            {
                total = TBlock.Add(total, x);
                continue;
            }

            x = TBlock.And(x, bits);
            Update(a, i, x, TUpdated.Value - TWideUpdated.Value <= 0);
            if (TUpdated.Value > 1)
                Update(b, i, x, TUpdated.Value - TWideUpdated.Value <= 1);
            if (TUpdated.Value > 2)
                Update(c, i, x, TUpdated.Value - TWideUpdated.Value <= 2);
            if (TUpdated.Value > 3)
                Update(d, i, x, TUpdated.Value - TWideUpdated.Value <= 3);
            if (TUpdated.Value > 4)
                Update(e, i, x, TUpdated.Value - TWideUpdated.Value <= 4);
            if (TUpdated.Value > 5)
                Update(f, i, x, TUpdated.Value - TWideUpdated.Value <= 5);
            if (TUpdated.Value > 6)
                Update(g, i, x, TUpdated.Value - TWideUpdated.Value <= 6);
        }

        // What nobody uses need not be read.
        if (TUpdated.Value == 0)
            Keep(total);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep<TBlock>(TBlock total)
        where TBlock : unmanaged, IStreamBlock<TBlock>
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TBlock Sum<TBlock>(byte* slab, nint i, bool isWide)
        where TBlock : unmanaged, IStreamBlock<TBlock> => isWide
        ? TBlock.Add(TBlock.Load(slab + (2 * i)), TBlock.Load(slab + (2 * i) + TBlock.Bytes))
        : TBlock.Load(slab + i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Update<TBlock>(byte* slab, nint i, TBlock x, bool isWide)
        where TBlock : unmanaged, IStreamBlock<TBlock>
    {
        byte* at = slab + (isWide ? 2 * i : i);
        TBlock.Add(TBlock.Load(at), x).Store(at);
        if (isWide)
            TBlock.Add(TBlock.Load(at + TBlock.Bytes), x).Store(at + TBlock.Bytes);
    }
}

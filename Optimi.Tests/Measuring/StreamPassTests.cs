using Optimi.Bench;

namespace Optimi.Tests;

internal sealed class StreamPassTests
{
    /// <summary>Bytes behind each slab that must stay as they are.</summary>
    private const int Guard = 512;

    private const byte Start = 40;

    private static IEnumerable<Type> Blocks => StreamShape.All.Select(shape => shape.Block).Distinct();

    /// <summary>Slabs of 2 and of 4 bytes a number, from the fewest to the most that a loop takes.</summary>
    private static IEnumerable<TestCaseData> Slabs =>
        from block in Blocks
        from slabs in (int[][][])
        [
            [[2], [2]], [[4], [4, 4, 4]], [[2], [2, 2, 4, 2]], [[2, 2], [2, 2]], [[2, 4], [4]], [[4, 4], [2, 4]],
            [[4, 2], [4, 4, 4, 4, 4, 4, 4]], [[2], [2, 2, 2, 2, 2, 2]], [[2], [1, 2, 2]], [[], [2]], [[], [4, 2]], [[2], []],
        ]
        select new TestCaseData(block, slabs[0], slabs[1]).SetArgDisplayNames(
            Name(block), string.Join(" ", slabs[0]), string.Join(" ", slabs[1]));

    private static IEnumerable<TestCaseData> BlockCases => Blocks.Select(block => new TestCaseData(block).SetArgDisplayNames(Name(block)));

    [TestCaseSource(nameof(Slabs))]
    public void Every_byte_is_visited_once(Type block, int[] read, int[] updated)
    {
        foreach (int length in (int[])[1, 63, 2048, 4097, 20_011])
        {
            using var memory = new GuardedSlabs(read, updated, length);
            // Everything that is read is 1, and with all bits of it added, each byte tells how often it was met.
            memory.Run(block, parts: 3, mask: uint.MaxValue);
            int narrow = read.Concat(updated).Min();
            int sum = read.Sum(width => width / narrow);
            Assert.That(memory.Updated, Has.All.EqualTo((byte)(Start + sum)), $"{length} numbers");
            Assert.That(memory.Untouched, Has.All.EqualTo(GuardedSlabs.Fill), $"{length} numbers");
        }
    }

    [TestCaseSource(nameof(BlockCases))]
    public void A_measurement_changes_nothing(Type block)
    {
        using var memory = new GuardedSlabs([2], [2, 2, 4], 5000);
        memory.Run(block, parts: 4, mask: 0);
        Assert.That(memory.Updated, Has.All.EqualTo(Start));
    }

    [Test]
    public void Bytes_are_counted_once_for_reading_and_once_for_writing()
    {
        var pass = new StreamPass([new(0, 2002, false), new(0, 2002, true), new(0, 4004, true)]);
        Assert.That(pass.Bytes, Is.EqualTo(1001 * (2 + 4 + 8)));
    }

    /// <summary>A byte, two and four for each number, and headers of 32 and 16 bytes for each tile, all of them 1.</summary>
    [Test]
    public void Slabs_of_all_lengths_are_walked_whole()
    {
        const int Tiles = 9;
        HostMemory[] slabs = [.. ((int[])[512, 512, 256, 1024, 32, 16]).Select(bytes => new HostMemory(Tiles * bytes))];
        StreamPass[] walks = [.. StreamWalks.Of(
            [.. slabs.Select((slab, i) => new StreamSlab(slab.Address, slab.Bytes, IsWritten: i > 0))], Tiles, uint.MaxValue)];
        foreach (StreamPass walk in walks)
            walk.In(typeof(ByteBlock))(0, 1);
        Assert.Multiple(() =>
        {
            Assert.That(walks.Select(walk => walk.Bytes), Is.EqualTo((long[])[Tiles * (512 + (2 * 1792)), Tiles * 2 * 48]));
            // Two bytes are read for each of the shortest slab's, and none beside headers.
            foreach ((HostMemory slab, int expected) in slabs.Zip((int[])[1, 3, 3, 3, 1, 1]))
                Assert.That(Bytes(slab).ToArray(), Is.All.EqualTo((byte)expected));
        });
        foreach (HostMemory slab in slabs)
            slab.Dispose();
    }

    [Test]
    public void More_slabs_than_a_loop_takes_are_refused() =>
        Assert.That(
            () => new StreamPass([.. Enumerable.Repeat(new StreamSlab(0, 2, false), 3), new(0, 2, true)]), Throws.ArgumentException);

    [Test]
    public void Threads_run_every_part_once()
    {
        var counts = new int[1000];
        double seconds = StreamThreads.Seconds(counts.Length, part => Interlocked.Increment(ref counts[part]));
        Assert.Multiple(() =>
        {
            Assert.That(counts, Has.All.EqualTo(1));
            Assert.That(seconds, Is.GreaterThan(0));
        });
    }

    private static unsafe Span<byte> Bytes(HostMemory memory) => new((void*)memory.Address, (int)memory.Bytes);

    private static string Name(Type block) => block.IsGenericType ? $"four of {block.GetGenericArguments()[0].Name}" : block.Name;

    /// <summary>Slabs to read, full of ones, and slabs to update, each with a guard behind it.</summary>
    private sealed class GuardedSlabs : IDisposable
    {
        /// <summary>What <see cref="HostMemory"/> is filled with.</summary>
        public const byte Fill = 1;

        private readonly List<(HostMemory Memory, int Width, bool IsWritten)> _slabs = [];
        private readonly int _length;

        public GuardedSlabs(int[] read, int[] updated, int length)
        {
            _length = length;
            foreach ((int width, bool isWritten) in read.Select(width => (width, false)).Concat(updated.Select(width => (width, true))))
            {
                var memory = new HostMemory((length * width) + Guard);
                if (isWritten)
                    Bytes(memory)[..(length * width)].Fill(Start);
                _slabs.Add((memory, width, isWritten));
            }
        }

        /// <summary>All bytes that are to be updated.</summary>
        public byte[] Updated =>
            [.. _slabs.Where(slab => slab.IsWritten).SelectMany(slab => Bytes(slab.Memory)[..(_length * slab.Width)].ToArray())];

        /// <summary>All others.</summary>
        public byte[] Untouched =>
            [.. _slabs.SelectMany(slab => Bytes(slab.Memory)[(slab.IsWritten ? _length * slab.Width : 0)..].ToArray())];

        public void Run(Type block, int parts, uint mask)
        {
            var pass = new StreamPass(
                [.. _slabs.Select(slab => new StreamSlab(slab.Memory.Address, (long)_length * slab.Width, slab.IsWritten))], mask);
            Action<int, int> walk = pass.In(block);
            for (int part = 0; part < parts; part++)
                walk(part, parts);
        }

        public void Dispose() => _slabs.ForEach(slab => slab.Memory.Dispose());
    }
}

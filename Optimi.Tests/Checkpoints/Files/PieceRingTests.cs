namespace Optimi.Tests;

internal sealed class PieceRingTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(8)]
    [TestCase(9)]
    [TestCase(1000)]
    public async Task Every_stage_gets_all_pieces_in_order(int count)
    {
        int filled = 0;
        var first = new List<int>();
        var second = new List<int>();
        await Run(Fill, 2, piece => first.Add(Number(piece)), piece => second.Add(Number(piece)));
        Assert.That(first, Is.EqualTo(Enumerable.Range(0, count)));
        Assert.That(second, Is.EqualTo(Enumerable.Range(0, count)));

        bool Fill(Piece piece)
        {
            piece.Length = sizeof(int);
            BitConverter.TryWriteBytes(piece.Span, filled);
            return ++filled < count;
        }
    }

    [Test]
    public async Task Filling_may_be_the_only_stage()
    {
        int filled = 0;
        await Run(_ => ++filled < 100, 0);
        Assert.That(filled, Is.EqualTo(100));
    }

    [Test]
    public async Task The_stage_that_is_asked_for_runs_on_the_calling_thread([Values(0, 1, 2)] int called)
    {
        int[] threads = new int[3];
        int caller = 0;
        await Bounded(() =>
        {
            caller = Environment.CurrentManagedThreadId;
            PieceRing.Run(
                _ =>
                {
                    threads[0] = Environment.CurrentManagedThreadId;
                    return false;
                },
                called,
                _ => threads[1] = Environment.CurrentManagedThreadId,
                _ => threads[2] = Environment.CurrentManagedThreadId);
        });
        Assert.That(Array.IndexOf(threads, caller), Is.EqualTo(called));
        Assert.That(threads.Distinct().Count(), Is.EqualTo(3));
    }

    [Test]
    public void An_error_of_any_stage_ends_all_and_is_thrown(
        [Values(0, 1, 2)] int failing, [Values(0, 1, 2)] int called, [Values(0, 1, 8, 50)] int piece)
    {
        int[] seen = new int[3];
        Assert.That(
            () => Run(
                _ =>
                {
                    Pass(0);
                    return true;
                },
                called,
                _ => Pass(1),
                _ => Pass(2)),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"{failing}"));
        Assert.That(seen, Is.All.LessThanOrEqualTo(piece + 17));

        void Pass(int stage)
        {
            if (stage == failing && seen[stage] == piece)
                throw new InvalidDataException($"{failing}");
            seen[stage]++;
        }
    }

    [Test]
    public async Task A_slow_stage_holds_the_others_back([Values(0, 1, 2)] int slow)
    {
        int filled = 0;
        int written = 0;
        int most = 0;
        await Run(
            _ =>
            {
                Wait(0);
                most = Math.Max(most, filled - Volatile.Read(ref written));
                return ++filled < 40;
            },
            0,
            _ => Wait(1),
            _ =>
            {
                Wait(2);
                Interlocked.Increment(ref written);
            });
        Assert.That(written, Is.EqualTo(40));
        Assert.That(most, Is.LessThanOrEqualTo(8));

        void Wait(int stage)
        {
            if (stage == slow)
                Thread.Sleep(1);
        }
    }

    [Test]
    public void A_small_file_takes_the_memory_of_one_piece()
    {
        PieceRing.Run(_ => false, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        PieceRing.Run(_ => false, 0);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2 * Piece.MostBytes));
    }

    private static Task Run(Func<Piece, bool> fill, int calledStage, params Action<Piece>[] stages) =>
        Bounded(() => PieceRing.Run(fill, calledStage, stages));

    /// <summary>A stage that waits for ever is a failure, not a test that never ends.</summary>
    private static Task Bounded(Action action) => Task.Run(action).WaitAsync(TimeSpan.FromSeconds(30));

    private static int Number(Piece piece) => BitConverter.ToInt32(piece.Span);
}

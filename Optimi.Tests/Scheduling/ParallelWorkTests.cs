using CsCheck;

namespace Optimi.Tests;

internal sealed class ParallelWorkTests
{
    [Test]
    public void Every_part_of_every_run_is_run_once()
    {
        var counts = new int[200];
        var work = new ParallelWork(part => Interlocked.Increment(ref counts[part]));
        Gen.Int[1, counts.Length].Array[1, 50].Sample(
            runs =>
            {
                foreach (int parts in runs)
                {
                    Array.Clear(counts);
                    work.Run(parts, Environment.ProcessorCount);
                    if (!counts.Select((count, part) => count == (part < parts ? 1 : 0)).All(isRight => isRight))
                        return false;
                }

                return true;
            },
            iter: 500,
            threads: 1);
    }
}

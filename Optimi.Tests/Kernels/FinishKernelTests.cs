using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;
using TestRow = Optimi.Kernels.Row<
    Optimi.Kernels.ScalarLane,
    Optimi.Kernels.StableAdamWRule<Optimi.Kernels.ScalarLane>,
    Optimi.Kernels.PlainApply<Optimi.Kernels.ScalarLane>>;

namespace Optimi.Tests;

/// <summary>The launch between the two passes of a rule that measures.</summary>
internal sealed class FinishKernelTests
{
    private static readonly int[] _tilesOfTensors = [1, 700, 2, 256, 257, 513];

    private static IEnumerable<TestDevice> DevicesThatShareTensors =>
        TestDevice.All.Where(device => device.Name is "cpu-simulated-quads" or "cuda");

    [TestCaseSource(nameof(DevicesThatShareTensors))]
    public void Groups_that_share_a_tensor_give_the_row_that_one_alone_gives(TestDevice row)
    {
        using ComputeDevice device = row.Open();
        float[] sums = [.. TestTraining.Numbers(new Random(5), _tilesOfTensors.Sum()).Select(MathF.Abs)];
        uint[] alone = Finished<WholeTensors>(device, sums);
        Assert.Multiple(() =>
        {
            Assert.That(Finished<OneBlockForEach>(device, sums), Is.EqualTo(alone));
            Assert.That(Finished<CountedParts>(device, sums), Is.EqualTo(alone));
            Assert.That(alone, Is.EqualTo(Expected(sums)));
        });
    }

    /// <summary>A row of which every root mean square divides the learning rate.</summary>
    private static TestRow RowBefore() => new() { Rule = new() { Lr = 0.5f, Threshold = 0, WeightDecay = 0.25f } };

    /// <summary>The scale of each tensor's row, by the sums that the host makes.</summary>
    private static unsafe uint[] Expected(float[] sums)
    {
        int firstTile = 0;
        var scales = new List<uint>();
        foreach (int tiles in _tilesOfTensors)
        {
            TensorExtent extent = TensorExtent.Of(firstTile, LengthOf(tiles));
            fixed (float* ofTensor = sums[firstTile..extent.EndTile])
                scales.Add(ScaleOf(RowBefore().Measured(TreeSum.OfSums<ScalarLane>(ofTensor, tiles) * extent.InverseLength)));
            firstTile = extent.EndTile;
        }

        return [.. scales];
    }

    private static uint[] Finished<TParts>(ComputeDevice device, float[] sums)
        where TParts : ITensorParts
    {
        Accelerator accelerator = device.Accelerator;
        TensorExtent[] extents = [.. _tilesOfTensors.Index().Select(tensor =>
            TensorExtent.Of(_tilesOfTensors.Take(tensor.Index).Sum(), LengthOf(tensor.Item)))];
        FinishPart[] parts = [.. extents.Index().SelectMany(tensor => Enumerable
            .Range(0, FinishPart.CountOf(TreeSum.BlocksOf(tensor.Item.TileCount), TParts.BlocksPerPart))
            .Select(number => new FinishPart(tensor.Index, number)))];
        using var extentTable = accelerator.Allocate1D(extents);
        using var sumTable = accelerator.Allocate1D(sums);
        using var partTable = accelerator.Allocate1D(parts);
        using var partsDone = accelerator.Allocate1D(new int[extents.Length]);
        using var firstRow = accelerator.Allocate1D(new int[extents.Length]);
        using var firstRows = accelerator.Allocate1D([RowBefore()]);
        using var secondRow = accelerator.Allocate1D<int>(extents.Length);
        using var secondRows = accelerator.Allocate1D<TestRow>(extents.Length);
        Action<AcceleratorStream, KernelConfig, int, LaunchTables<TestRow>, MeasureTables, FinishTables, LaunchTables<TestRow>> finish =
            accelerator.LoadKernel<int, LaunchTables<TestRow>, MeasureTables, FinishTables, LaunchTables<TestRow>>(
                FinishKernel<StableAdamWRule<ScalarLane>, PlainApply<ScalarLane>, TParts>.Run);
        finish(
            device.Stream,
            new KernelConfig(parts.Length, TreeSum.BlockLength),
            0,
            new() { RowOfTensor = firstRow.View.AsContiguous(), Rows = firstRows.View.AsContiguous() },
            new() { Tensors = extentTable.View.AsContiguous().Cast<int>(), Sums = sumTable.View.AsContiguous().Cast<ScalarLane>() },
            new() { Parts = partTable.View.AsContiguous().Cast<int>(), PartsDone = partsDone.View.AsContiguous() },
            new() { RowOfTensor = secondRow.View.AsContiguous(), Rows = secondRows.View.AsContiguous() });
        device.Synchronize();
        Assert.Multiple(() =>
        {
            Assert.That(secondRow.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, extents.Length)), "each tensor has a row of its own");
            Assert.That(partsDone.GetAsArray1D(), Is.All.Zero, "the next launch counts anew");
        });
        return [.. secondRows.GetAsArray1D().Select(ScaleOf)];
    }

    /// <summary>The last tile is not full.</summary>
    private static long LengthOf(int tiles) => (tiles * (long)Tile.Length) - 3;

    private static uint ScaleOf(TestRow row) => BitConverter.SingleToUInt32Bits(row.Apply.Scale.Value);

    /// <summary>Parts so small that few tiles make several.</summary>
    public readonly struct OneBlockForEach : ITensorParts
    {
        public static int BlocksPerPart => 1;

        public static bool AreDone(ArrayView<int> partsDone, int tensor, int parts) => CountedParts.AreDone(partsDone, tensor, parts);
    }
}

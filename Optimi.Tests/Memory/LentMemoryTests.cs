using System.Buffers;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Optimi.Tests;

/// <summary>Memory of somebody else beside what may go wrong with it.</summary>
internal sealed class LentMemoryTests
{
    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void Zeroing_a_bound_gradient_touches_nothing_beside_it(TestDevice row)
    {
        ComputeDevice device = row.Shared;
        using MemoryBuffer1D<float, Stride1D.Dense> memory = device.Accelerator.Allocate1D(Enumerable.Repeat(1f, 1000).ToArray());
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        Parameter parameter = parameters.Add("p", DType.Float32, 100);
        using var optimizer = new SGD(parameters, lr: 1);
        foreach (Action zero in (Action[])[parameters.ZeroGradients, optimizer.ZeroGradients])
        {
            memory.CopyFromCPU(Enumerable.Repeat(1f, 1000).ToArray());
            parameter.BindGradient(memory.View.AsContiguous().SubView(100, 100));
            zero();
            device.Synchronize();
            Assert.That(memory.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 1000).Select(i => i is >= 100 and < 200 ? 0f : 1f)));
        }
    }

    [Test]
    public void A_binding_that_fails_leaves_the_gradient_that_there_was()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 4);
        parameter.Gradient.Fill(0.5f);
        Assert.That(() => parameter.BindGradient(new Unpinnable(4).Memory), Throws.InvalidOperationException);
        using var optimizer = new SGD(parameters, lr: 1);
        optimizer.Step();
        Assert.That(TestTraining.Numbers(parameter.Value), Is.All.EqualTo(-0.5f));
        Assert.That(
            () => parameters.Adopt("q", DType.Float32, [4], new float[4], new Unpinnable(4).Memory), Throws.InvalidOperationException);
        Assert.That(parameters, Has.Count.EqualTo(1));
    }

    [Test]
    public void What_was_unbound_or_never_there_is_refused_by_name()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter adopted = parameters.Adopt("adopted", DType.Float32, [4], new float[4], new float[4]);
        TensorStorage gradient = adopted.Gradient;
        adopted.UnbindGradient();
        Assert.Multiple(() =>
        {
            Assert.That(() => gradient.Fill(1), Refuses("'adopted' was adopted without a gradient"));
            Assert.That(() => gradient.CopyTo(new float[4]), Refuses("'adopted' was adopted without a gradient"));
            Assert.That(() => adopted.HasGradient = true, Refuses("RentGradient"));
            Assert.That(device.Allocator.Live, Is.Zero);
            Assert.That(() => adopted.BindGradient(new float[3]), Refuses("has 4 numbers, but its gradient 3"));
            Assert.That(() => adopted.BindGradient(new BFloat16[4]), Refuses("its gradients are Float32"));
            Assert.That(() => parameters.Adopt("b", DType.BFloat16, [4], new float[4]), Refuses("4 numbers of Float32 was given"));
            Assert.That(() => parameters.Adopt("adopted", DType.Float32, [4], new float[4]), Refuses("already"));
            Assert.That(() => new TensorMemory(0, DType.Float32, 1), Refuses("address of memory is 0"));
            Assert.That(() => new TensorView(2, DType.Float32, 1), Refuses("0x2 is not a multiple of 4"));
            Assert.That(() => new TensorMemory(4, DType.Float32, -1), Refuses("-1"));
        });

        static NUnit.Framework.Constraints.Constraint Refuses(string text) =>
            Throws.TypeOf<ParameterException>().With.Message.Contains(text);
    }

    [Test]
    public void Arrays_of_a_buffer_that_nobody_disposes_of_are_collected()
    {
        WeakReference array = Adopt();
        for (int i = 0; i < 20 && array.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.That(array.IsAlive, Is.False);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Adopt()
        {
            float[] numbers = new float[1000];
            new ParameterBuffer(ComputeDevice.Open("cpu")).Adopt("p", DType.Float32, [1000], numbers);
            return new WeakReference(numbers);
        }
    }

    [Test]
    public void An_optimizer_whose_model_was_collected_can_be_prepared_again()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        parameters.Add("p", DType.Float32, 4);
        using var optimizer = new SGD(parameters, lr: 1) { GradientRelease = true };
        WeakReference model = Prepare(optimizer);
        for (int i = 0; i < 20 && model.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.That(optimizer.Step, Throws.TypeOf<OptionException>());
        Prepare(optimizer);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Prepare(Optimizer optimizer)
        {
            var model = new Snippets.Model();
            GradientRelease.Prepare(model, optimizer);
            return new WeakReference(model);
        }
    }

    [Test]
    public void A_pool_of_a_device_that_gives_small_pieces_goes_on()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        device.MaxAllocationBytes = 4096;
        using var parameters = new ParameterBuffer(device, GradientMemory.None);
        Parameter[] layer = [parameters.Add("a", DType.Float32, 1000), parameters.Add("b", DType.Float32, 1000)];
        for (int pass = 0; pass < 3; pass++)
        {
            RentedGradient[] rented = [.. layer.Select(parameter => parameter.RentGradient())];
            Assert.That(parameters.GradientBytes, Is.EqualTo(8192));
            Array.ForEach(rented, gradient => gradient.Dispose());
        }

        using var optimizer = new SGD(parameters, lr: 1);
        RentedGradient unwritten = layer[0].RentGradient();
        Assert.That(() => optimizer.Step(unwritten), Throws.TypeOf<ParameterException>().With.Message.Contains("Nothing was written"));
    }

    /// <summary>Memory whose owner fails to pin it.</summary>
    private sealed class Unpinnable(int length) : MemoryManager<float>
    {
        private readonly float[] _numbers = new float[length];

        public override Span<float> GetSpan() => _numbers;

        public override MemoryHandle Pin(int elementIndex = 0) => throw new InvalidOperationException("not now");

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}

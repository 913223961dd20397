namespace Optimi.Tests;

/// <summary>A CUDA device beside another library in one context. Skipped where there is no GPU.</summary>
[NonParallelizable]
internal sealed class CudaSharingTests
{
    private const int Length = 100_000;

    /// <summary>0x3F3F3F3F, which bytes can be set to.</summary>
    private static readonly float _gradient = BitConverter.Int32BitsToSingle(0x3F3F3F3F);

    private static readonly DeviceOptions _shared = new() { SharePrimaryContext = true };

    [OneTimeSetUp]
    public void Require()
    {
        if (!ComputeDevice.List().Any(device => device is { Kind: DeviceKind.Cuda, Problem: null }))
            Assert.Ignore("There is no CUDA device.");
    }

    [Test]
    public void Training_in_the_primary_context_gives_the_hosts_bits_and_leaves_the_context_to_the_other_library(
        [Values(DType.Float32, DType.BFloat16)] DType dtype)
    {
        using var other = new OtherLibrary();
        nint memory = other.Allocate(Length * sizeof(float));
        using (ComputeDevice device = ComputeDevice.Open("cuda", _shared))
        using (ComputeDevice host = ComputeDevice.Open("cpu"))
        {
            Assert.That(device.Accelerator.NativePtr, Is.EqualTo(other.Context));
            Assert.That(Train(device), Is.EqualTo(Train(host)));
            Assert.That(CudaDriver.Instance.Current, Is.EqualTo(other.Context));
        }

        OtherLibrary.Fill(memory, 0x3F, Length * sizeof(float), stream: 0);
        Assert.That(OtherLibrary.Read(memory, Length), Is.All.EqualTo(_gradient));

        uint[] Train(ComputeDevice device) =>
            TestTraining.Run(device, dtype, parameters => new StableAdamW(parameters, lr: 1e-2));
    }

    [Test]
    public void The_other_librarys_memory_is_stepped_where_it_is()
    {
        using var other = new OtherLibrary();
        using ComputeDevice device = ComputeDevice.Open("cuda", _shared);
        var random = new Random(3);
        float[][] slots = [.. Enumerable.Range(0, 4).Select(slot => slot < 2 ? TestTraining.Numbers(random, Length) : new float[Length])];
        nint[] memory = [.. slots.Select(_ => other.Allocate(Length * sizeof(float)))];
        for (int slot = 0; slot < 2; slot++)
            OtherLibrary.Write(memory[slot], slots[slot]);
        var options = new AdamWOptions { Lr = 1e-2 };
        for (int step = 1; step <= 3; step++)
        {
            Functional.Step(options, step, slots[0], slots[1], slots[2], slots[3]);
            Functional.Step(
                device, options, step, View(memory[0]), View(memory[1]), View(memory[2]), View(memory[3]));
        }

        device.Synchronize();
        for (int slot = 0; slot < slots.Length; slot++)
            Assert.That(OtherLibrary.Read(memory[slot], Length), Is.EqualTo(slots[slot]));
    }

    /// <summary>
    /// The step is queued while the gradient is still zero, and the test looks that it is: on any other stream it would find zeros, and
    /// the parameter would stay.
    /// </summary>
    [Test]
    public void A_step_on_the_other_librarys_stream_waits_for_the_gradient_that_is_queued_there([Values] bool isNullStream)
    {
        using var other = new OtherLibrary();
        nint stream = isNullStream ? 0 : other.CreateStream();
        using ComputeDevice device = ComputeDevice.Open("cuda", _shared with { Stream = stream });
        nint values = other.Allocate(Length * sizeof(float));
        nint gradients = other.Allocate(Length * sizeof(float));
        var options = new SGDOptions { Lr = 0.5 };
        // With a gradient of zero it changes nothing, but its kernel is compiled.
        Step();
        device.Synchronize();
        other.Work(stream);
        OtherLibrary.Fill(gradients, 0x3F, Length * sizeof(float), stream);
        nint written = other.Mark(stream);
        Step();
        Assert.That(OtherLibrary.HasReached(written), Is.False, "The work before the step was too short to show anything.");
        device.Synchronize();
        Assert.That(OtherLibrary.Read(values, Length), Is.All.EqualTo(-0.5f * _gradient));

        void Step() => Functional.Step(device, options, step: 1, View(values), View(gradients));
    }

    [Test]
    public void What_the_other_library_queues_after_a_step_sees_its_values()
    {
        using var other = new OtherLibrary();
        nint stream = other.CreateStream();
        using ComputeDevice device = ComputeDevice.Open("cuda", _shared with { Stream = stream });
        nint values = other.Allocate(Length * sizeof(float));
        nint gradients = other.Allocate(Length * sizeof(float));
        other.Work(stream);
        OtherLibrary.Fill(gradients, 0x3F, Length * sizeof(float), stream);
        Functional.Step(device, new SGDOptions { Lr = 0.5 }, step: 1, View(values), View(gradients));
        OtherLibrary.Fill(gradients, 0, Length * sizeof(float), stream);
        Assert.That(OtherLibrary.Read(values, Length), Is.All.EqualTo(-0.5f * _gradient));
        Assert.That(OtherLibrary.Read(gradients, Length), Is.All.Zero);
    }

    [Test]
    public void The_other_librarys_tensors_are_stepped_in_one_launch_with_all_others()
    {
        using var other = new OtherLibrary();
        using ComputeDevice device = ComputeDevice.Open("cuda", _shared);
        using var parameters = new ParameterBuffer(device);
        using ComputeDevice host = ComputeDevice.Open("cpu");
        using var expected = new ParameterBuffer(host);
        nint values = other.Allocate(Length * sizeof(float));
        nint gradients = other.Allocate(Length * sizeof(float));
        parameters.Adopt("adopted", DType.Float32, [Length], View(values), View(gradients));
        parameters.Add("own", DType.Float32, Length);
        foreach (string name in (string[])["adopted", "own"])
        {
            float[] numbers = TestTraining.Numbers(new Random(name.Length), Length);
            foreach (Parameter parameter in (Parameter[])[parameters[name], expected.Add(name, DType.Float32, Length)])
            {
                parameter.Value.CopyFrom(numbers);
                parameter.Gradient.CopyFrom(numbers);
            }
        }

        using var optimizer = new AdamW(parameters, lr: 1e-2);
        using var reference = new AdamW(expected, lr: 1e-2);
        optimizer.PrepareAsync().GetAwaiter().GetResult();
        optimizer.Step();
        reference.Step();
        // A further launch is for tensors that end within a tile.
        Assert.That(device.Launches, Is.EqualTo(Length % 256 == 0 ? 1 : 2));
        Assert.That(
            parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value)),
            Is.EqualTo(expected.SelectMany(parameter => TestTraining.Bits(parameter.Value))));
    }

    /// <summary>Another library's memory as a tensor.</summary>
    private static TensorView View(nint address) => new(address, DType.Float32, Length);
}

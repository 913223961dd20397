namespace Optimi.Tests;

/// <summary>Models cast to low precision.</summary>
[NonParallelizable]
internal sealed class LowPrecisionTests : GroupsFixture
{
    private static IEnumerable<TestCaseData> Casts =>
        from device in TestDevice.Kinds
        from source in Enum.GetValues<DType>()
        from target in (DType[])[DType.BFloat16, DType.Float16]
        select new TestCaseData(device, source, target).SetArgDisplayNames(device.Name, $"{source}", $"{target}");

    [TestCase("wte.weight", DType.Float32)]
    [TestCase("h.0.ln_1.bias", DType.Float32)]
    [TestCase("rotary_emb.inv_freq", DType.Float32)]
    [TestCase("lm_head.weight", DType.Float32)]
    [TestCase("h.0.attn.c_attn.weight", DType.BFloat16)]
    [TestCase("h.0.attn.c_attn.bias", DType.BFloat16)]
    public void A_policy_tells_the_type_before_a_parameter_is_there(string name, DType expected)
    {
        var policy = new LowPrecision(DType.BFloat16, "lm_head.*");
        Assert.That(policy.DTypeOf(name, 3, 3), Is.EqualTo(expected));
    }

    [Test]
    public void A_filter_takes_the_place_of_the_default()
    {
        var policy = new LowPrecision(DType.Float16, ParameterFilter.Where((_, shape) => shape.Length == 1));
        Assert.Multiple(() =>
        {
            Assert.That(policy.DTypeOf("wte.weight", 3, 3), Is.EqualTo(DType.Float16));
            Assert.That(policy.DTypeOf("wte.weight", 9), Is.EqualTo(DType.Float32));
            Assert.That(new LowPrecision(DType.BFloat16, ParameterFilter.None).DTypeOf("ln_f.bias", 9), Is.EqualTo(DType.BFloat16));
        });
    }

    [TestCaseSource(nameof(Casts))]
    public void Values_are_those_that_copies_round_to(TestDevice row, DType from, DType target)
    {
        using ParameterBuffer source = GptParameters.Add(new ParameterBuffer(row.Shared), layers: 1, from);
        source["wpe.weight"].Frozen = true;
        using ParameterBuffer cast = LowPrecision.Cast(source, target, "*.c_fc.bias");
        using var expected = new ParameterBuffer(row.Shared);
        Assert.That(Names(cast), Is.EqualTo(Names(source)));
        foreach ((Parameter before, Parameter after) in source.Zip(cast))
        {
            bool isFloat32 = before.Name[0] == 'w' || before.Name.Contains("ln_", StringComparison.Ordinal)
                || before.Name.EndsWith("fc.bias", StringComparison.Ordinal);
            Parameter same = expected.Add(before.Name, isFloat32 ? DType.Float32 : target, before.Shape);
            same.Value.CopyFrom(TestTraining.Numbers(before.Value));
            Assert.That((after.DType, after.Frozen), Is.EqualTo((same.DType, before.Name == "wpe.weight")), before.Name);
            Assert.That(after.Shape.SequenceEqual(before.Shape), Is.True, before.Name);
            Assert.That(TestTraining.Bits(after.Value), Is.EqualTo(TestTraining.Bits(same.Value)), before.Name);
        }
    }

    [Test]
    public void The_source_stays_as_it_is()
    {
        uint[] before = Bits(Parameters);
        using ParameterBuffer cast = LowPrecision.Cast(Parameters, DType.BFloat16);
        cast["lm_head.weight"].Value.Fill(1);
        Assert.That(Bits(Parameters), Is.EqualTo(before));
    }

    [Test]
    public void Long_tensors_are_cast_whole()
    {
        using var source = new ParameterBuffer(Device);
        Parameter weight = source.Add("weight", DType.Float32, 3, 70_000);
        float[] numbers = TestTraining.Numbers(new Random(2), 210_000);
        weight.Value.CopyFrom(numbers);
        using ParameterBuffer cast = LowPrecision.Cast(source, DType.BFloat16);
        Assert.That(TestTraining.Numbers(cast["weight"].Value), Is.EqualTo(numbers.Select(number => (float)(BFloat16)number)));
    }

    [TestCase(GradientMemory.Kept, null, DType.BFloat16)]
    [TestCase(GradientMemory.Kept, DType.Float32, DType.Float32)]
    [TestCase(GradientMemory.None, DType.BFloat16, DType.BFloat16)]
    public void Memory_for_gradients_is_of_the_same_kind(GradientMemory gradients, DType? dtype, DType expected)
    {
        using var source = new ParameterBuffer(Device, gradients, dtype);
        source.Add("weight", DType.Float32, 3, 3);
        using ParameterBuffer cast = LowPrecision.Cast(source, DType.BFloat16);
        Assert.That((cast.GradientMemory, cast["weight"].GradientDType), Is.EqualTo((gradients, expected)));
        Assert.That(cast.GradientBytes, Is.Zero);
    }

    [Test]
    public void Memory_of_the_callers_is_copied()
    {
        using var source = new ParameterBuffer(Device);
        float[] numbers = [1, 2, 1 + 1 / 512f];
        source.Adopt("weight", DType.Float32, [3, 1], numbers);
        using ParameterBuffer cast = LowPrecision.Cast(source, DType.BFloat16);
        Assert.That(cast["weight"].IsAdopted, Is.False);
        numbers[0] = 7;
        Assert.That(TestTraining.Numbers(cast["weight"].Value), Is.EqualTo((float[])[1, 2, 1]));
    }

    [Test]
    public void A_model_is_cast_on_its_way_to_another_device()
    {
        using ComputeDevice other = ComputeDevice.Open("cpu-simulated");
        using ParameterBuffer there = LowPrecision.Cast(Parameters, new LowPrecision(DType.BFloat16), other);
        using ParameterBuffer here = LowPrecision.Cast(Parameters, DType.BFloat16);
        Assert.That(there.Device, Is.SameAs(other));
        Assert.That(Bits(there), Is.EqualTo(Bits(here)));
    }

    [TestCaseSource(typeof(TestDevice), nameof(TestDevice.Kinds))]
    public void A_cast_that_finds_no_memory_leaves_none_behind(TestDevice row)
    {
        using var failing = new FailingDevice(row.Shared);
        int failures = 0;
        for (int n = 1; failures == n - 1; n++)
        {
            // The source has no slab yet, so that reading it may fail when the new buffer has all of its own.
            using ParameterBuffer source = GptParameters.Add(new ParameterBuffer(row.Shared), layers: 1);
            failing.FailAt(n);
            try
            {
                LowPrecision.Cast(source, DType.BFloat16).Dispose();
            }
            catch (DeviceException)
            {
                failures++;
                Assert.That(row.Shared.Allocator.Live, Is.EqualTo(failing.LiveBefore));
            }
        }

        // Slabs of two storage types, and the source's.
        Assert.That(failures, Is.GreaterThanOrEqualTo(3));
    }

    [Test]
    public void A_predicate_that_fails_leaves_nothing_behind()
    {
        _ = Parameters.ValueBytes;
        int live = Device.Allocator.Live;
        var policy = new LowPrecision(
            DType.BFloat16, ParameterFilter.Where((name, _) => name == "ln_f.bias" ? throw new InvalidOperationException("mine") : false));
        Refused<InvalidOperationException>(() => LowPrecision.Cast(Parameters, policy), "mine");
        Assert.That(Device.Allocator.Live, Is.EqualTo(live));
    }

    [Test]
    public void Misuse_is_refused_by_name()
    {
        using var empty = new ParameterBuffer(Device);
        var disposed = new ParameterBuffer(Device);
        disposed.Dispose();
        Assert.Multiple(() =>
        {
            Refused<ParameterException>(() => LowPrecision.Cast(Parameters, DType.Float32), "target is Float32, which is not of low precision");
            Refused<ParameterException>(() => LowPrecision.Cast(Parameters, (DType)9), "9 is no storage type");
            Refused<ParameterException>(() => LowPrecision.Cast(Parameters, DType.BFloat16, "lm_haed.*"), "Pattern 'lm_haed.*' matches none");
            Refused<ParameterException>(() => LowPrecision.Cast(empty, DType.BFloat16), "no parameters to cast");
            Refused<ObjectDisposedException>(() => LowPrecision.Cast(disposed, DType.BFloat16), "ParameterBuffer");
            Refused<ArgumentNullException>(() => LowPrecision.Cast(null!, DType.BFloat16), "source");
            Refused<ArgumentNullException>(() => LowPrecision.Cast(Parameters, (LowPrecision)null!), "policy");
            Refused<ArgumentNullException>(() => _ = new LowPrecision(DType.BFloat16, (ParameterFilter)null!), "inFloat32");
            Refused<ArgumentNullException>(() => new LowPrecision(DType.BFloat16).DTypeOf(null!, 1), "name");
        });
    }

    private static uint[] Bits(ParameterBuffer parameters) => [.. parameters.SelectMany(parameter => TestTraining.Bits(parameter.Value))];
}

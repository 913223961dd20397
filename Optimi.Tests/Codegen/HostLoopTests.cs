using System.Runtime.Intrinsics;
using System.Text.RegularExpressions;
using Optimi.Kernels;

namespace Optimi.Tests;

/// <summary>
/// What the JIT makes of the host's loops, and what they compute on lesser hardware: both can only be seen in a process that is
/// started for it.
/// </summary>
internal sealed partial class HostLoopTests
{
    private const string Subject = nameof(Steps_every_variant_for_the_other_tests);

    /// <summary>The bits that this machine gives.</summary>
    private static readonly Lazy<string> _bits = new(() => RunSubject());

    [Test]
    public void No_loop_contains_a_call()
    {
        string listing = Path.GetTempFileName();
        RunSubject(("DOTNET_JitDisasm", $"Step {CodingLoops}"), ("DOTNET_JitStdOutFile", listing));
        string[] loops = [.. File.ReadAllText(listing).Split("; Assembly listing for method ").Where(IsLoop)];
        File.Delete(listing);
        int variants = KernelVariants.All.Count() * HostLanes.All.Count;
        Assert.Multiple(() =>
        {
            // And more: those without the terms that a step does not need.
            Assert.That(loops, Has.Length.GreaterThan(variants), "a loop for each variant and register");
            foreach (string loop in loops.Where(loop => !IsBeyondTheBudget(loop.Split('\n')[0])))
                Assert.That(Call().Matches(loop).Select(call => call.Value), Is.Empty, loop.Split('\n')[0]);
        });
    }

    /// <summary>The loops that decode and encode states in groups.</summary>
    private const string CodingLoops =
        "*HostPair16*:Decode FindBounds FindSeconds EncodeSeconds FindFirsts EncodeFirsts"
        + " FindGreatest FindSteps DecodeStates EncodeStates RecodeStates";

    private static bool IsLoop(string listing) =>
        listing.StartsWith("Optimi.Kernels.Layout`7", StringComparison.Ordinal)
        || listing.StartsWith("Optimi.Kernels.HostPair16`1", StringComparison.Ordinal)
        || listing.StartsWith("Optimi.Kernels.HostSigned8`1", StringComparison.Ordinal);

    [TestCase("DOTNET_EnableAVX512", "0")]
    [TestCase("DOTNET_EnableAVX2", "0")]
    [TestCase("DOTNET_EnableHWIntrinsic", "0")]
    public void Lesser_hardware_gives_the_same_bits(string setting, string value)
    {
        if (setting == "DOTNET_EnableAVX512" && !Vector512.IsHardwareAccelerated)
            Assert.Ignore("This machine has no AVX-512 to do without.");
        Assert.That(RunSubject((setting, value)), Is.EqualTo(_bits.Value));
    }

    [Test]
    public void Steps_every_variant_for_the_other_tests() => TestContext.Out.WriteLine($"bits: {Hash():x8}");

    /// <summary>
    /// Number by number, binary16 takes more code than the JIT is willing to inline. That is the last resort of machines without
    /// any vector unit; the bits are right all the same.
    /// </summary>
    private static bool IsBeyondTheBudget(string header) =>
        header.Contains(nameof(Float16Storage), StringComparison.Ordinal)
        && header.Contains($":Step[Optimi.Kernels.{nameof(ScalarLane)},", StringComparison.Ordinal);

    /// <summary>The bits of all variants on all registers of the machine, which are the same on each.</summary>
    private static uint Hash()
    {
        uint[] hashes = [.. HostLanes.All.Select(HashOn).Distinct()];
        Assert.That(hashes, Has.Length.EqualTo(1));
        return hashes[0];
    }

    private static uint HashOn(Type lane)
    {
        using ComputeDevice device = DeviceFinder.OpenHost(DeviceKind.Host, lane);
        uint hash = 2166136261;
        foreach (TestOptimizer optimizer in TestOptimizer.All)
        {
            foreach ((DType dtype, bool kahan, DType? states) in TestOptimizer.Variants)
            {
                // Of the variants with an average, those that most trainings have.
                foreach (double? decay in states is null && kahan == dtype.IsLowPrecision() ? (double?[])[null, 0.5] : [null])
                {
                    foreach (uint bits in TestTraining.Run(device, dtype, parameters => Create(parameters, decay)))
                        hash = (hash ^ bits) * 16777619;
                }

                Optimizer Create(ParameterBuffer parameters, double? decay)
                {
                    Optimizer created = optimizer.Over(parameters, kahan, states);
                    created.AverageDecay = decay;
                    return created;
                }
            }
        }

        foreach (LowBitOptimizer row in LowBitOptimizer.All)
        {
            foreach (uint bits in TestTraining.Run(device, row.DType, parameters => row.Create(parameters, 0)))
                hash = (hash ^ bits) * 16777619;
        }

        return hash;
    }

    /// <summary>Runs the subject in a process of its own and returns the bits that it prints.</summary>
    private static string RunSubject(params (string Name, string Value)[] environment)
    {
        string output = TestProcess.Run(Subject, environment);
        Match bits = Bits().Match(output);
        Assert.That(bits.Success, Is.True, output);
        return bits.Value;
    }

    /// <summary>Calls, but for the one that large frames make before the loop begins, of which registers of half the width need more.</summary>
    [GeneratedRegex(@"^\s+call\b(?!\s+CORINFO_HELP_(STACK_PROBE|FAIL_FAST)).*$", RegexOptions.Multiline)]
    private static partial Regex Call();

    [GeneratedRegex("bits: [0-9a-f]{8}")]
    private static partial Regex Bits();
}

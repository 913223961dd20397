using Optimi;

namespace Snippets;

/// <summary>The code of the page on tensors of a framework that no other page has.</summary>
internal sealed class FrameworkSnippets
{
    [Test]
    public void States_in_few_bits()
    {
        var (weight, gradient) = (new BFloat16[300], new BFloat16[300]);
        var (moments, lowBits, headers) = (new ushort[512], new sbyte[512], new byte[64]);
        Array.Fill(gradient, (BFloat16)1f);

        var adamW = new AdamWOptions { Lr = 1e-3, CompressedStates = true, MasterWeightBits = 24 };
        foreach (SlotSize slot in Functional.SlotsOf(adamW, DType.BFloat16, weight.Length))
            Console.WriteLine($"{slot.Argument}: {slot.Length} of {slot.Codes}");

        Functional.Step(adamW, step: 1, weight, gradient, moments, lowBits: lowBits, headers: headers);

        Assert.That(weight.Select(number => (float)number), Is.All.EqualTo(-1e-3f).Within(1).Percent);
    }
}
